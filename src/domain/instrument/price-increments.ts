import { type Decimal, decimal, max } from '../../lib/decimal.ts';
import type { Side } from '../../protocol/orders.ts';

/** From this price up, orders are priced in multiples of `step`. Dollars. */
export interface PriceIncrement {
  readonly from: Decimal;
  readonly step: Decimal;
}

/** Lowest `from` first; the first one begins at 0, and its step is the lowest price of an order. */
export type PriceIncrements = readonly [PriceIncrement, ...PriceIncrement[]];

/** SEC Rule 612: cents from $1 up, hundredths of a cent below. */
export const STOCK_INCREMENTS: PriceIncrements = [
  { from: decimal(0), step: decimal('0.0001') },
  { from: decimal(1), step: decimal('0.01') },
];
/**
 * A cent is the finest step of any series.
 * Which series have coarser ones is the exchanges' programme, not in the symbol.
 */
export const OPTION_INCREMENTS: PriceIncrements = [{ from: decimal(0), step: decimal('0.01') }];

// The rounding modes of big.js.
const DOWN = 0;
const UP = 3;

function roundToStep(increments: PriceIncrements, price: Decimal, mode: typeof DOWN | typeof UP): Decimal {
  const { step } = increments.findLast(({ from }) => price.gte(from)) ?? increments[0];
  return price.div(step).round(0, mode).times(step);
}

/** Whether an order may carry this price. */
export const isOnTick = (increments: PriceIncrements, price: Decimal): boolean =>
  price.gt(0) && price.eq(roundToStep(increments, price, DOWN));

/** The next price an order may carry, against the trader: up for a buyer, down for a seller. */
export const toTick = (increments: PriceIncrements, price: Decimal, side: Side): Decimal =>
  max(roundToStep(increments, price, side === 'buy' ? UP : DOWN), increments[0].step);
