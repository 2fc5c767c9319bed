/** The limit of an order that follows a price of another moment. */
import type { Side } from '../../../src/protocol/orders.ts';

/** A price as a quote or an option update has it. */
export interface Priced {
  readonly price?: number;
  readonly bid?: number;
  readonly ask?: number;
}

/** What an order of this side can get now; undefined where nothing is known. */
export const offered = (side: Side, present: Priced | undefined): number | undefined =>
  (side === 'buy' ? present?.ask : present?.bid) ?? present?.price;

/** Below a dollar prices have four decimals. */
const stepOf = (price: number): number => (price < 1 ? 10_000 : 100);
/** The double next to 231.15 must not become 231.14. */
const ALMOST = 1e-6;

/** The worst price at which the order may be filled, rounded to the better side. */
export function guardPrice(side: Side, price: number, percent: number): number {
  const step = stepOf(price);
  const limit = price * (1 + (side === 'buy' ? percent : -percent) / 100) * step;
  return (side === 'buy' ? Math.floor(limit + ALMOST) : Math.ceil(limit - ALMOST)) / step;
}

/** Whether the market is beyond the limit already: the order would wait, or not be filled at all. */
export function isPastGuard(
  { side, price }: { readonly side: Side; readonly price: string },
  present: Priced | undefined,
): boolean {
  const now = offered(side, present);
  if (now === undefined) return false;
  return side === 'buy' ? now > Number(price) : now < Number(price);
}
