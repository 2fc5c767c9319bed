/** The order ticket as data: what was typed, whether it is an order, and what it would cost. */
import type { OrderPlaceMessage } from '../../../../src/protocol/events.ts';
import type { OrderType, QuotePayload, Side, TimeInForce } from '../../../../src/protocol/payloads.ts';

export interface Ticket {
  readonly symbol: string | null;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** As typed. */
  readonly quantity: string;
  /** As typed; the limit or the stop price, by type. */
  readonly price: string;
}

export const EMPTY_TICKET: Ticket = {
  symbol: null,
  side: 'buy',
  type: 'market',
  timeInForce: 'day',
  quantity: '',
  price: '',
};

export type OrderDraft = Omit<OrderPlaceMessage, 'clientOrderId'>;

/** The bounds that the server holds too; checked here so that the reason stands beside the field. */
const MAX_QUANTITY = 1_000_000;
const MAX_PRICE = 1_000_000;
const WHOLE = /^\d{1,7}$/;
const FOUR_DECIMALS = /^\d{1,7}(\.\d{1,4})?$/;

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

const refuse = (problem: string) => ({ ok: false, problem }) as const;

function readQuantity(text: string): Read<number> {
  const typed = text.trim();
  if (typed === '') return refuse('Enter a quantity.');
  if (!WHOLE.test(typed)) return refuse('The quantity is a whole number of shares.');
  const value = Number(typed);
  if (!(value >= 1)) return refuse('The quantity is at least 1.');
  if (!(value <= MAX_QUANTITY)) return refuse('The quantity is at most 1,000,000.');
  return { ok: true, value };
}

function readPrice(text: string, name: string): Read<number> {
  const typed = text.trim();
  if (typed === '') return refuse(`Enter a ${name} price.`);
  if (!FOUR_DECIMALS.test(typed)) return refuse(`The ${name} price is dollars with at most four decimals.`);
  const value = Number(typed);
  if (!(value > 0)) return refuse(`The ${name} price is above zero.`);
  if (!(value <= MAX_PRICE)) return refuse(`The ${name} price is at most 1,000,000.`);
  return { ok: true, value };
}

/** The order that was typed, or the first thing that is missing. */
export function readTicket(ticket: Ticket): Read<OrderDraft> {
  const { symbol, side, type, timeInForce } = ticket;
  if (!symbol) return refuse('Choose a symbol.');
  const quantity = readQuantity(ticket.quantity);
  if (!quantity.ok) return quantity;
  const draft = { symbol, side, type, timeInForce, quantity: quantity.value };
  if (type === 'market') return { ok: true, value: draft };
  const price = readPrice(ticket.price, type);
  if (!price.ok) return price;
  const priced = type === 'limit' ? { limitPrice: price.value } : { stopPrice: price.value };
  return { ok: true, value: { ...draft, ...priced } };
}

/** The price an order would be filled at now: its own, else the other side of the quote, else the last. */
function expectedPrice(draft: OrderDraft, quote: QuotePayload | undefined): number | null {
  const own = draft.limitPrice ?? draft.stopPrice;
  if (own !== undefined) return own;
  if (!quote) return null;
  return (draft.side === 'buy' ? quote.ask : quote.bid) ?? quote.price;
}

/** Dollars, or null while the price is not known. */
export function estimate(draft: OrderDraft, quote: QuotePayload | undefined): number | null {
  const price = expectedPrice(draft, quote);
  return price === null ? null : price * draft.quantity;
}
