import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { BrokerEvent } from '../broker.ts';
import type { LookUp } from './look-up.ts';
import type { TimedBroker } from './timed-broker.ts';

/** A cancel without an effect is repeated after this. */
const CANCEL_RETRY_MS = 5_000;

export interface CancellingOptions {
  readonly broker: TimedBroker;
  readonly lookUp: LookUp;
  readonly clock: Clock;
  readonly log: Log;
  readonly push: (...events: BrokerEvent[]) => void;
  readonly isCurrent: (fencing: number) => boolean;
}

/** Asks the broker for the end of working orders. */
export interface Cancelling {
  /** Harmless to repeat: an order is asked for once in CANCEL_RETRY_MS. */
  cancel(fencing: number, orderId: string): void;
  /** A new term asks for every order again. */
  reset(): void;
}

export function createCancelling(options: CancellingOptions): Cancelling {
  const { broker, lookUp, clock, log, push, isCurrent } = options;
  /** By order id, when it was asked for. */
  const asked = new Map<string, number>();

  const ask = async (fencing: number, orderId: string): Promise<void> => {
    if (!isCurrent(fencing)) return;
    try {
      await broker.cancel(orderId);
    } catch (error) {
      // Most often it has just been filled.
      log.info({ err: error, orderId }, 'a cancel was not accepted: the order is looked up');
      const found = await lookUp(fencing, orderId, clock.now());
      if (found === 'abandoned') return push();
      if (found !== 'absent') return push(...found);
      log.error({ orderId }, 'an order that was working is unknown to the broker');
      push({ type: 'cancelled', orderId, at: clock.now() });
    }
  };

  return {
    cancel(fencing, orderId) {
      const now = clock.now();
      const isRecent = (at: number): boolean => now - at < CANCEL_RETRY_MS;
      if (isRecent(asked.get(orderId) ?? Number.NEGATIVE_INFINITY)) return;
      for (const [id, at] of asked) if (!isRecent(at)) asked.delete(id);
      asked.set(orderId, now);
      void ask(fencing, orderId);
    },
    reset: () => asked.clear(),
  };
}
