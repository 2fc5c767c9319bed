import type { Clock } from '../../../lib/clock.ts';
import type { Ledger } from '../ledger.ts';
import type { BrokerDesk } from './broker-desk.ts';

/** Cancels and halts are looked for at most this often while orders pour in. */
export const ENDING_INTERVAL_MS = 50;
/** Keeps one transaction short. */
const MAX_BATCH = 500;

export interface EndingsOptions {
  readonly ledger: Ledger;
  readonly desk: BrokerDesk;
  readonly clock: Clock;
}

/** Ends orders that are to end: by a cancel, a halt, or the end of their day. */
export interface Endings {
  /** There may be orders to end. */
  look(): void;
  /** Whether a look is pending, also where it is too early for it. */
  isWaiting(): boolean;
  isDue(): boolean;
  end(fencing: number): Promise<void>;
}

export function createEndings({ ledger, desk, clock }: EndingsOptions): Endings {
  let waiting = true;
  let notBefore = 0;
  const isDue = (): boolean => waiting && clock.now() >= notBefore;

  return {
    look() {
      waiting = true;
    },
    isWaiting: () => waiting,
    isDue,
    async end(fencing) {
      if (!isDue()) return;
      const now = clock.now();
      waiting = false;
      notBefore = now + ENDING_INTERVAL_MS;
      for (const order of await ledger.ending(fencing, now, MAX_BATCH)) desk.end(fencing, order);
    },
  };
}
