/** The order ticket as data: what was typed, whether it is an order, and what it would cost. */

import { MAX_ORDER_PRICE, MAX_ORDER_QUANTITY } from '../../../../src/protocol/limits.ts';
import type { MarketStatusPayload } from '../../../../src/protocol/market.ts';
import type { OrderPlaceMessage, OrderType, Side, TimeInForce } from '../../../../src/protocol/orders.ts';
import type { QuotePayload } from '../../../../src/protocol/quotes.ts';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { dayAndTime, quantity as shares } from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import { REASONS } from '../../lib/order-reasons.ts';

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

const WHOLE = /^\d{1,7}$/;
const FOUR_DECIMALS = /^\d{1,7}(\.\d{1,4})?$/;
/** Commas between thousands only: as a decimal comma one would make 25 of 2,5. */
const THOUSANDS = /^\d{1,3}(,\d{3})+(\.\d*)?$/;

/** A field whose text may be no number of an order. */
export type TypedField = 'quantity' | 'price';

type Read<T> =
  | { readonly ok: true; readonly value: T }
  /** `field` has a text that is wrong; undefined where something is missing. */
  | { readonly ok: false; readonly problem: string; readonly field?: TypedField };

const missing = (problem: string) => ({ ok: false, problem }) as const;
const wrong = (field: TypedField, problem: string) => ({ ok: false, problem, field }) as const;

/** `$1,000` → `1000`, ` .5` → `0.5`: what people write for a number. */
function plainNumber(text: string): string {
  const bare = text.replace(/[\s$]/g, '');
  const digits = THOUSANDS.test(bare) ? bare.replaceAll(',', '') : bare;
  return digits.startsWith('.') ? `0${digits}` : digits;
}

function readQuantity(text: string): Read<number> {
  const typed = plainNumber(text);
  if (typed === '') return missing('Enter a quantity.');
  if (/^\d{8,}$/.test(typed))
    return wrong('quantity', `The quantity is at most ${shares(MAX_ORDER_QUANTITY)}.`);
  if (!WHOLE.test(typed)) return wrong('quantity', 'The quantity is a whole number of shares.');
  const value = Number(typed);
  if (!(value >= 1)) return wrong('quantity', 'The quantity is at least 1.');
  if (!(value <= MAX_ORDER_QUANTITY))
    return wrong('quantity', `The quantity is at most ${shares(MAX_ORDER_QUANTITY)}.`);
  return { ok: true, value };
}

function readPrice(text: string, name: string): Read<number> {
  const typed = plainNumber(text);
  if (typed === '') return missing(`Enter a ${name} price.`);
  if (typed.includes(',')) return wrong('price', `Write the decimals of the ${name} price after a point.`);
  if (!FOUR_DECIMALS.test(typed))
    return wrong('price', `The ${name} price is dollars with at most four decimals.`);
  const value = Number(typed);
  if (!(value > 0)) return wrong('price', `The ${name} price is above zero.`);
  if (!(value <= MAX_ORDER_PRICE))
    return wrong('price', `The ${name} price is at most ${shares(MAX_ORDER_PRICE)}.`);
  return { ok: true, value };
}

/** The order that was typed, or the first thing that is missing. */
export function readTicket(ticket: Ticket): Read<OrderDraft> {
  const { symbol, side, type, timeInForce } = ticket;
  if (!symbol) return missing('Choose a symbol.');
  if (isContract(symbol)) return missing(REASONS.UNSUPPORTED_INSTRUMENT);
  const quantity = readQuantity(ticket.quantity);
  if (!quantity.ok) return quantity;
  const draft = { symbol, side, type, timeInForce, quantity: quantity.value };
  if (type === 'market') return { ok: true, value: draft };
  const price = readPrice(ticket.price, type);
  if (!price.ok) return price;
  const priced = type === 'limit' ? { limitPrice: price.value } : { stopPrice: price.value };
  return { ok: true, value: { ...draft, ...priced } };
}

/** The price an order would be filled at now: its own, else the other side of the quote, else the last trade on a feed without quotes. */
function expectedPrice(draft: OrderDraft, quote: QuotePayload | undefined): number | null {
  const own = draft.limitPrice ?? draft.stopPrice;
  if (own !== undefined) return own;
  if (!quote) return null;
  if (quote.fillBasis === 'last-trade') return quote.price;
  return (draft.side === 'buy' ? quote.ask : quote.bid) ?? null;
}

/** Dollars, or null while the price is not known. */
export function estimate(draft: OrderDraft, quote: QuotePayload | undefined): number | null {
  const price = expectedPrice(draft, quote);
  return price === null ? null : price * draft.quantity;
}

/** What the ticket has to go by besides what was typed. */
export interface Circumstances {
  /** What stands in the symbol's field without having been chosen. */
  readonly unsettled: string | null;
  /** The account is kept elsewhere. */
  readonly external: boolean;
  readonly market: MarketStatusPayload | null;
  readonly quote: QuotePayload | undefined;
  readonly buyingPower: number | null;
  /** Shares of the symbol. */
  readonly held: number;
}

/** Why the order can't be sent; null where it can. */
export function blockOf(read: Read<OrderDraft>, { unsettled, external }: Circumstances): string | null {
  if (external) return 'This account is kept by another system. Orders are placed there.';
  if (unsettled !== null) return `${unsettled} was not chosen. Pick a symbol from the list.`;
  return read.ok ? null : read.problem;
}

/** Why the server will refuse it now, unless something changes; null where nothing speaks against it. */
export function warningOf(
  { symbol, side, type, timeInForce }: Ticket,
  read: Read<OrderDraft>,
  { market, quote, buyingPower, held }: Circumstances,
): string | null {
  if (market && !market.isOpen && (type === 'market' || timeInForce === 'day')) {
    const opens = market.nextOpen === null ? '' : ` until it opens ${dayAndTime(market.nextOpen)}`;
    return `The market is closed${opens}. Only limit and stop orders good till cancelled are accepted.`;
  }
  if (quote?.halted) return REASONS.SYMBOL_HALTED;
  if (!read.ok) return null;
  if (side === 'sell')
    return read.value.quantity <= held
      ? null
      : `You hold ${shares(held)} ${symbol ?? ''}. The order will probably be refused.`;
  const cost = estimate(read.value, quote);
  return cost === null || buyingPower === null || cost <= buyingPower
    ? null
    : 'More than your buying power. The order will probably be refused.';
}

/** The button's words. */
export function actionOf({ symbol, side }: Ticket, read: Read<OrderDraft>, retrying: boolean): string {
  const words = [
    side === 'buy' ? 'Buy' : 'Sell',
    read.ok ? shares(read.value.quantity) : '',
    symbol === null ? '' : instrumentWords(symbol),
  ];
  return `${retrying ? 'Send again: ' : ''}${words.filter(Boolean).join(' ')}`;
}
