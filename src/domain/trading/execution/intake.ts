import type { Clock } from '../../../lib/clock.ts';
import type { Bus } from '../../bus/bus.ts';
import type { Ledger } from '../ledger.ts';
import { publishEvents } from '../publish.ts';
import type { BrokerDesk } from './broker-desk.ts';

/** Orders at the broker without an answer: bounds what a crash leaves to look up. */
const MAX_IN_FLIGHT = 256;

export interface IntakeOptions {
  readonly ledger: Ledger;
  readonly desk: BrokerDesk;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly isCurrent: (fencing: number) => boolean;
  /** A claim failed and may have been committed all the same: its orders are among the open ones. */
  readonly onUncertain: () => void;
}

/** Claims accepted orders: each is committed as `submitting` before the broker receives it. */
export interface Intake {
  /** There may be accepted orders. */
  look(): void;
  isDue(): boolean;
  claim(fencing: number): Promise<void>;
}

export function createIntake(options: IntakeOptions): Intake {
  const { ledger, desk, bus, clock, isCurrent, onUncertain } = options;
  let due = true;
  const room = (): number => MAX_IN_FLIGHT - desk.inFlight();

  return {
    look() {
      due = true;
    },
    isDue: () => due && room() > 0,
    async claim(fencing) {
      const limit = room();
      if (!due || limit <= 0 || !isCurrent(fencing)) return;
      due = false;
      const { orders, appended } = await ledger.claim(fencing, limit, clock.now()).catch((error: unknown) => {
        onUncertain();
        throw error;
      });
      publishEvents(bus, appended);
      for (const order of orders) desk.submit(fencing, order);
      // There may be more; and whatever was just sent makes room when it is answered.
      if (orders.length === limit) due = true;
    },
  };
}
