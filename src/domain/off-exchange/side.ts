/**
 * Which side a print was on, after Lee and Ready, "Inferring Trade Direction from Intraday Data" (1991): its price against
 * the middle of the NBBO, and at the middle against the price before. A guess by its place, never a fact.
 */
import type { PrintSide } from '../../protocol/darkpool.ts';
import type { TradeTick } from '../market/feed.ts';
import { isLate } from '../market/lateness.ts';
import { SETS_LAST } from '../market/trade-effects.ts';
import { microDollars } from './amount.ts';
import type { QuotedPair } from './nbbo-trail.ts';

/**
 * `before` is the last price that differed from this one, 0 where none is known. A locked market has a middle; a crossed or
 * a one-sided one has none.
 */
export function sideOf(price: number, quote: QuotedPair | undefined, before: number): PrintSide {
  if (quote === undefined || !(quote.bid > 0) || !(quote.ask >= quote.bid)) return 'unknown';
  // In whole micro-dollars: half of a cent is no exact float.
  const above = 2 * microDollars(price) - microDollars(quote.bid) - microDollars(quote.ask);
  if (above !== 0) return above > 0 ? 'bullish' : 'bearish';
  if (!(before > 0)) return 'unknown';
  return price > before ? 'bullish' : 'bearish';
}

/** The prices of a symbol that the tick test compares with: of all its trades that may set the last price. */
export interface TickMemory {
  /** The last price; 0 where none is known. */
  price: number;
  /** The price before that differed from it; 0 where none is known. */
  before: number;
  sequence: number;
}

/** The last price that differed from `price`. */
export const differentBefore = (memory: TickMemory, price: number): number =>
  memory.price === price ? memory.before : memory.price;

/** A repeated trade, and one that comes late by its number, say nothing of the price before. */
export function rememberPrice(memory: TickMemory, tick: TradeTick): void {
  const { price, sequence, effects } = tick;
  if (!(effects & SETS_LAST) || isLate(tick)) return;
  if (sequence > 0) {
    if (sequence <= memory.sequence) return;
    memory.sequence = sequence;
  }
  if (price === memory.price) return;
  memory.before = memory.price;
  memory.price = price;
}
