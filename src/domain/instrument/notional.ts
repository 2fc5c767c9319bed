import type { Decimal } from '../../lib/decimal.ts';
import { instrumentOf } from './instrument.ts';

/**
 * What `quantity` shares or contracts are worth, dollars; `price` is per share. Throws for an adjusted contract: its
 * symbol does not contain the number of its shares.
 */
export function notional(symbol: string, price: Decimal, quantity: number | Decimal): Decimal {
  const { multiplier } = instrumentOf(symbol);
  if (multiplier === null) throw new Error(`The multiplier of ${symbol} is not known.`);
  const value = price.times(quantity);
  return multiplier === 1 ? value : value.times(multiplier);
}
