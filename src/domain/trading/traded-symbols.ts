import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Demand } from '../market/demand.ts';
import type { Ledger } from './ledger.ts';

/**
 * How soon the symbol of an order or a position without a viewer is requested: well within the time that a symbol
 * stays subscribed after its last viewer.
 */
export const TRADED_SYMBOLS_INTERVAL_MS = 5_000;

/**
 * Open orders need the quotes of their symbol to fill, and the risk checks need those of positions, also where no
 * page shows them: every replica requests the quotes of all symbols in the books. Resolves after the first
 * request, with what ends it.
 */
export async function followTradedSymbols(parts: {
  readonly ledger: Pick<Ledger, 'tradedSymbols'>;
  readonly demand: Pick<Demand, 'set'>;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<() => void> {
  const { ledger, demand, clock, log } = parts;
  const follow = async (): Promise<void> => {
    try {
      demand.set('orders and positions', await ledger.tradedSymbols());
    } catch (error) {
      log.warn({ err: error }, 'the symbols of orders and positions could not be read');
    }
  };
  await follow();
  return clock.every(TRADED_SYMBOLS_INTERVAL_MS, () => void follow());
}
