/** What is computed of a signal: its result so far, and the order that it suggests. */
import { MAX_ORDER_QUANTITY } from '../../../../src/protocol/limits.ts';
import type { SignalPayload } from '../../../../src/protocol/signals.ts';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { quantity, share, typedPrice, zonedTime } from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import { REASONS } from '../../lib/order-reasons.ts';
import { guardPrice, offered, type Priced } from '../../lib/price-guard.ts';
import type { Proposal } from '../../stores/proposal.ts';

/** A number, or why there is none. */
export type Figure = { readonly value: number } | { readonly reason: string };

export const isExpired = ({ expiresAt }: SignalPayload, now: number): boolean =>
  expiresAt !== undefined && !(Date.parse(expiresAt) > now);

/** What following the signal at its own price would have brought until now, percent; above zero is a gain. */
export function resultOf({ action, price, symbol }: SignalPayload, present: Priced | undefined): Figure {
  if (action === 'close') return { reason: 'A close opens nothing, so it has no result.' };
  if (price === undefined) return { reason: 'The source named no price.' };
  const now = present?.price;
  if (now === undefined) return { reason: `No price of ${symbol} is here yet.` };
  const moved = (now / price - 1) * 100;
  return { value: action === 'buy' ? moved : -moved };
}

export interface TradeFacts {
  readonly present: Priced | undefined;
  /** How far from the signal's price the limit may be, percent. */
  readonly guardPercent: number;
  /** Shares of the symbol. */
  readonly held: number;
  readonly now: number;
}

const isWhole = (quantity: number): boolean => Number.isInteger(quantity) && quantity <= MAX_ORDER_QUANTITY;

/** The order that the ticket is to be filled with, or why the signal suggests none. */
export function tradeOf(signal: SignalPayload, facts: TradeFacts): Proposal | { readonly reason: string } {
  const { symbol, action, source } = signal;
  const { present, guardPercent, held, now } = facts;
  if (isContract(symbol)) return { reason: REASONS.UNSUPPORTED_INSTRUMENT };
  if (isExpired(signal, now)) return { reason: 'This signal has expired.' };
  if (action === 'close' && !(held > 0)) return { reason: `You hold no ${symbol}.` };
  const side = action === 'buy' ? 'buy' : 'sell';
  const base = signal.price ?? offered(side, present);
  if (base === undefined)
    return { reason: `Neither the signal nor the market has a price of ${symbol} yet.` };
  const limit = guardPrice(side, base, guardPercent);
  const wanted = action === 'close' ? held : signal.quantity;
  const [worst, whose] = [
    side === 'buy' ? 'at most' : 'at least',
    signal.price === undefined ? 'the quote' : 'its price',
  ];
  return {
    symbol,
    side,
    quantity: wanted !== undefined && isWhole(wanted) ? String(wanted) : '',
    price: String(limit),
    note: `From a signal of ${source}. The limit is ${worst} ${typedPrice(limit)}: ${guardPercent} % from ${whose} of ${typedPrice(base)}.`,
  };
}

/** What a revision changed, in words; null where the page does not know the revision before. */
export function changesOf(signal: SignalPayload, before: SignalPayload | null): string | null {
  if (before === null) return null;
  const change = <T>(name: string, old: T | undefined, now: T | undefined, words: (value: T) => string) =>
    old === now
      ? []
      : [`${name} ${old === undefined ? 'none' : words(old)} → ${now === undefined ? 'none' : words(now)}`];
  const changed = [
    ...change('symbol', before.symbol, signal.symbol, instrumentWords),
    ...change('action', before.action, signal.action, String),
    ...change('price', before.price, signal.price, typedPrice),
    ...change('stop', before.stopPrice, signal.stopPrice, typedPrice),
    ...change('target', before.targetPrice, signal.targetPrice, typedPrice),
    ...change('quantity', before.quantity, signal.quantity, quantity),
    ...change('confidence', before.confidence, signal.confidence, share),
    ...change('author', before.author, signal.author, String),
    ...change('expiry', before.expiresAt, signal.expiresAt, zonedTime),
    // Two texts side by side would be longer than both lines of the signal.
    ...(before.text === signal.text ? [] : ['its text']),
  ];
  return changed.length > 0 ? `Changed: ${changed.join(', ')}.` : 'Nothing that is shown was changed.';
}
