import { toNumber } from '../../lib/decimal.ts';
import type { PositionPayload } from '../../protocol/portfolio.ts';
import type { Quote } from '../market/quote.ts';
import type { Amounts } from './amounts.ts';
import { averagePrice } from './average-price.ts';
import { createHeldReader, dayChange, type Held } from './held.ts';
import type { Position } from './holdings.ts';
import { type Mark, markOf } from './marks.ts';

/** The quote of a symbol on this replica. */
export type QuoteOf = (symbol: string) => Quote | undefined;

/** Positions at their marks. Those without a price count at their cost. */
export interface Valued<Amount> {
  /** The positions with shares, as on the wire. */
  readonly rows: PositionPayload[];
  readonly equity: Amount;
  readonly change: Amount;
}

export interface Valuation<Amount> {
  /** Dollars gained today over all positions; null where a number does not fit. */
  dayChange(positions: readonly Position[], quoteOf: QuoteOf, today: string): Amount | null;
  /** The same with the value of each position. */
  value(positions: readonly Position[], quoteOf: QuoteOf, today: string): Valued<Amount> | null;
}

/** The rules of a portfolio in one kind of numbers. */
export function createValuation<Amount>(amounts: Amounts<Amount>): Valuation<Amount> {
  const { plus, minus, worth, isZero, fits, zero } = amounts;
  const readHeld = createHeldReader(amounts);

  function toRow(held: Held<Amount>, mark: Mark, value: Amount, change: Amount | null): PositionPayload {
    const { position, cost } = held;
    const unrealized = minus(value, cost);
    held.average ??= toNumber(averagePrice(position));
    const { price } = mark;
    return {
      symbol: position.symbol,
      quantity: amounts.sharesToNumber(held.shares),
      averagePrice: held.average,
      price: price === null ? held.average : Number(price),
      marketValue: amounts.toNumber(value),
      unrealizedPnl: amounts.toNumber(unrealized),
      unrealizedPnlPercent: amounts.percent(unrealized, cost),
      ...(change !== null && { dayChange: amounts.toNumber(change) }),
      priced: price !== null,
      mark: mark.kind,
      ...(mark.kind === 'last-known' && { markedAt: new Date(mark.at).toISOString() }),
    };
  }

  function value(
    positions: readonly Position[],
    quoteOf: QuoteOf,
    today: string,
    withRows = true,
  ): Valued<Amount> | null {
    const all = readHeld(positions, today);
    if (!all) return null;
    const rows: PositionPayload[] = [];
    let [equity, change] = [zero, zero];
    for (const held of all) {
      const { position, shares, cost, multiplier } = held;
      const mark = markOf(position, quoteOf(position.symbol), today);
      const ofPosition = dayChange(amounts, held, mark);
      // Without a price, or a previous close, it counts with what it realised.
      change = plus(change, ofPosition ?? held.realizedToday);
      if (!withRows || isZero(shares)) continue;
      const worthNow = mark.price === null ? cost : worth(mark.price, shares, multiplier);
      if (!fits(worthNow)) return null;
      equity = plus(equity, worthNow);
      rows.push(toRow(held, mark, worthNow, ofPosition));
    }
    return fits(equity) && fits(change) ? { rows, equity, change } : null;
  }

  return {
    value: (positions, quoteOf, today) => value(positions, quoteOf, today),
    dayChange: (positions, quoteOf, today) => value(positions, quoteOf, today, false)?.change ?? null,
  };
}
