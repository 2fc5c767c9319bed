import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import type { EngineLease } from '../engine/lease.ts';
import type { Demand } from '../market/demand.ts';
import type { Ledger } from './ledger.ts';

/**
 * How soon the symbol of an order or a position without a viewer is requested: well within the time that a symbol
 * stays subscribed after its last viewer.
 */
export const TRADED_SYMBOLS_INTERVAL_MS = 5_000;

/**
 * Open orders need the quotes of their symbol to fill, and the risk checks need those of positions, also where no
 * page shows them: the engine requests the quotes of all symbols in the books, for every replica. The others read the
 * books once, as they start: whichever becomes the first engine knows them before its first quote. Resolves after
 * that, with what ends it.
 */
export async function followTradedSymbols(parts: {
  readonly ledger: Pick<Ledger, 'tradedSymbols'>;
  readonly lease: Pick<EngineLease, 'current' | 'engine' | 'onChange'>;
  readonly demand: Pick<Demand, 'set'>;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<() => void> {
  const { ledger, lease, demand, clock, log } = parts;
  const want = (symbols: readonly string[]): void => demand.set('orders and positions', symbols);
  const read = async (): Promise<void> => {
    try {
      want(await ledger.tradedSymbols());
    } catch (error) {
      log.warn({ err: error }, 'the symbols of orders and positions could not be read');
    }
  };
  let isEngine = lease.current() !== null;
  const follow = async (): Promise<void> => {
    if (isEngine) await read();
    // Between two engines, as after a stall of this one, what was wanted stays wanted.
    else if (lease.engine() !== null) want([]);
  };
  await read();
  const following = createScope();
  following.add(
    clock.every(TRADED_SYMBOLS_INTERVAL_MS, () => void follow()),
    lease.onChange((fencing) => {
      isEngine = fencing !== null;
      if (isEngine) void read();
    }),
  );
  return following.end;
}
