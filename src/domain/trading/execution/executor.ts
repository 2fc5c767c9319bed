import { createBell } from '../../../lib/bell.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { createScope } from '../../../lib/scope.ts';
import type { Bus } from '../../bus/bus.ts';
import type { EngineLease } from '../../engine/lease.ts';
import type { Broker } from '../broker.ts';
import type { Ledger } from '../ledger.ts';
import { ordersTopic } from '../topics.ts';
import { type Adjustments, NO_ADJUSTMENTS } from './adjustments.ts';
import { createBrokerDesk } from './broker-desk.ts';
import { createEndings, ENDING_INTERVAL_MS } from './endings.ts';
import { createEventQueue } from './event-queue.ts';
import { createIntake } from './intake.ts';
import { createLoop } from './loop.ts';
import { readAllOpen } from './open-orders.ts';
import { createPhaseKeeper, type Phase } from './phase.ts';
import { createSettler } from './settler.ts';

export interface ExecutorOptions {
  readonly lease: EngineLease;
  readonly ledger: Ledger;
  readonly broker: Broker;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  /** Splits, on a market that has them. */
  readonly adjustments?: Adjustments;
}

export interface Executor {
  /** Follows the lease from now on: runs while this replica holds it. */
  start(): void;
  /** Ends after the transaction in progress; resolves when nothing runs any more. */
  stop(): Promise<void>;
  state(): Phase;
}

/** Finds orders whose notice was lost on the bus, and day orders whose time is over. */
const POLL_MS = 1_000;

/**
 * The one loop that turns accepted orders into fills. Intents are committed as `submitting` before the broker
 * receives them, what the broker reports is applied in batches, and every write carries the fencing number of the
 * lease: an executor that lost the lease without noticing cannot write.
 */
export function createExecutor(options: ExecutorOptions): Executor {
  const { lease, ledger, broker, bus, clock, log, adjustments = NO_ADJUSTMENTS } = options;
  const bell = createBell(clock);
  const phase = createPhaseKeeper(bell.ring);
  const events = createEventQueue(bell.ring);
  // The lease itself is asked: it runs out by the clock, also while its loss cannot be reported. Stopping does not
  // change it: what is claimed by then is sent while the lease is ours.
  const isCurrent = (fencing: number): boolean => lease.current() === fencing;
  const doubt = phase.reconcileAgain;
  const desk = createBrokerDesk({ broker, clock, log, push: events.push, isCurrent, onAbandoned: doubt });
  const intake = createIntake({ ledger, desk, bus, clock, isCurrent, onUncertain: doubt });
  const endings = createEndings({ ledger, desk, clock });

  const lookForAll = (): void => {
    intake.look();
    endings.look();
  };
  const halt = async (problem: string): Promise<void> => {
    log.error({ problem }, 'our books and the broker disagree: trading is halted for everyone');
    await ledger.halt('everyone', problem, clock.now());
    endings.look();
  };
  const settler = createSettler({ ledger, bus, log, halt, withdraw: desk.withdraw });

  /** Nothing is claimed until every order that was open when the term began is known as the broker has it. */
  const reconcile = async (fencing: number): Promise<void> => {
    const open = await readAllOpen(ledger, fencing);
    events.dropRepeatable();
    const missing = await desk.reconcile(fencing, open);
    if (!isCurrent(fencing)) return;
    for (const order of missing)
      await halt(`order ${order.id} is ${order.status} here and unknown to the broker`);
    phase.enter('trading');
    log.info({ fencing, orders: open.length }, 'executor reconciled');
  };

  const turn = async (fencing: number): Promise<void> => {
    // Events that arrive in the same turn of the event loop are settled together.
    await new Promise(setImmediate);
    await events.settleNext((batch) => settler.settle(fencing, batch));
    if (adjustments.isDue() && events.isEmpty() && (await adjustments.apply(fencing))) return doubt();
    await intake.claim(fencing);
    await endings.end(fencing);
  };

  const idleMs = (): number | null => {
    if (!events.isEmpty() || adjustments.isDue() || intake.isDue() || endings.isDue()) return null;
    return endings.isWaiting() ? ENDING_INTERVAL_MS : POLL_MS;
  };

  const loop = createLoop({
    ...{ phase, bell, clock, log, isCurrent, reconcile, turn, idleMs, lookForAll },
    pollMs: POLL_MS,
  });
  const wake = (): void => {
    lookForAll();
    bell.ring();
  };
  const scope = createScope();

  return {
    state: phase.current,
    start() {
      scope.add(
        // Without the lease they would never be settled; the next engine looks them up.
        broker.onEvent((event) => loop.held() !== null && events.push(event)),
        broker.onGap?.(doubt) ?? (() => {}),
        bus.subscribe(ordersTopic, wake),
        clock.every(POLL_MS, wake),
        lease.onChange(loop.follow),
      );
      loop.follow(lease.current());
    },
    async stop() {
      scope.end();
      loop.follow(null);
      await loop.ended();
    },
  };
}
