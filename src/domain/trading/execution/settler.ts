import type { Log } from '../../../lib/log.ts';
import type { Bus } from '../../bus/bus.ts';
import { isPassing } from '../../engine/fenced.ts';
import type { BrokerEvent } from '../broker.ts';
import type { Ledger } from '../ledger.ts';
import { publishEvents } from '../publish.ts';
import { portfolioTopic } from '../topics.ts';

/** A conflict with another transaction passes; what fails this often will fail forever. */
const MAX_ATTEMPTS = 3;

export interface SettlerOptions {
  readonly ledger: Ledger;
  readonly bus: Bus;
  readonly log: Log;
  /** Stops trading where our books cannot follow the broker. */
  readonly halt: (problem: string) => Promise<void>;
  /** Cancels an order that the broker has although it was given up. */
  readonly withdraw: (fencing: number, orderId: string) => void;
}

/** Applies broker events to the ledger and publishes what came of them. */
export interface Settler {
  /** Throws FencedError, and UNAVAILABLE while the database is away: the same events may be given again. */
  settle(fencing: number, events: readonly BrokerEvent[]): Promise<void>;
}

export function createSettler({ ledger, bus, log, halt, withdraw }: SettlerOptions): Settler {
  const apply = async (fencing: number, events: readonly BrokerEvent[]): Promise<void> => {
    const { appended, orders, mismatches } = await ledger.settle(fencing, events);
    publishEvents(bus, appended);
    for (const userId of new Set(orders.map((order) => order.userId)))
      bus.publish(portfolioTopic, { userId });
    for (const { event, problem } of mismatches) {
      log.error({ event, problem }, 'a broker event was not applied');
      if (event.type === 'accepted') withdraw(fencing, event.orderId);
      await halt(`order ${event.orderId}: ${problem}`);
    }
  };

  /** One event that the database refuses for good must neither stop the others nor be forgotten silently. */
  const applyAlone = async (fencing: number, event: BrokerEvent): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await apply(fencing, [event]);
      } catch (error) {
        if (isPassing(error)) throw error;
        if (attempt < MAX_ATTEMPTS) continue;
        log.error({ err: error, event }, 'a broker event cannot be booked');
        const problem = error instanceof Error ? error.message : 'it cannot be booked';
        return halt(`order ${event.orderId}: ${problem}`);
      }
    }
  };

  return {
    async settle(fencing, events) {
      try {
        await apply(fencing, events);
      } catch (error) {
        if (isPassing(error)) throw error;
        log.warn({ err: error, events: events.length }, 'a batch failed and is applied one by one');
        for (const event of events) await applyAlone(fencing, event);
      }
    },
  };
}
