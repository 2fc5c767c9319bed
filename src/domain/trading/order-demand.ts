import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { EngineLease } from '../cluster/lease.ts';
import type { Demand } from '../market/demand.ts';
import type { Ledger } from './ledger.ts';

/** How soon the market hears of an order that nobody else watches, and lets go of it, milliseconds. */
const INTERVAL_MS = 5_000;

/**
 * An open order needs the quotes of its symbol though nobody looks: the engine asks for those of every order
 * in the book. Returns what ends it.
 */
export function followOpenOrders(parts: {
  readonly ledger: Pick<Ledger, 'openOrders'>;
  readonly lease: EngineLease;
  readonly demand: Demand;
  readonly clock: Clock;
  readonly log: Log;
}): () => void {
  const { ledger, lease, demand, clock, log } = parts;
  const read = async (): Promise<void> => {
    const fencing = lease.current();
    if (fencing === null) return;
    const orders = await ledger.openOrders(fencing);
    demand.set(
      'open orders',
      orders.map((order) => order.symbol),
    );
  };
  const follow = (): void => {
    read().catch((error: unknown) =>
      log.warn({ err: error }, 'the symbols of open orders could not be read'),
    );
  };
  follow();
  return clock.every(INTERVAL_MS, follow);
}
