import { createBackoff } from '../../lib/backoff.ts';
import { createBell } from '../../lib/bell.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { isUnavailable } from '../../protocol/errors.ts';
import type { Bus } from '../bus/bus.ts';
import type { EngineLease } from '../engine/lease.ts';
import type { Appended } from '../journal/journal.ts';
import { journalTopic } from '../journal/topics.ts';
import type { Broker, BrokerEvent } from './broker.ts';
import { createBrokerDesk } from './broker-desk.ts';
import { FencedError, type Ledger } from './ledger.ts';
import { createSettler } from './settler.ts';
import { ordersTopic } from './topics.ts';

export interface ExecutorOptions {
  readonly lease: EngineLease;
  readonly ledger: Ledger;
  readonly broker: Broker;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Executor {
  /** Follows the lease from now on: runs while this replica holds it. */
  start(): void;
  /** Ends after the transaction in progress; resolves when nothing runs any more. */
  stop(): Promise<void>;
  /** `off` without the lease, `reconciling` until our books and the broker's agree, then `trading`. */
  state(): 'off' | 'reconciling' | 'trading';
}

/** Finds what the bus did not tell, and day orders whose time is over, milliseconds. */
const POLL_MS = 1_000;
/** Cancels and halts are looked for at most this often while orders pour in, milliseconds. */
const ENDING_INTERVAL_MS = 50;
/** Orders at the broker without an answer: bounds what a crash leaves to look up. */
const MAX_IN_FLIGHT = 256;
/** Keeps one transaction short. */
const MAX_BATCH = 500;
/** While the database is away: first and longest wait, milliseconds. */
const RETRY = { baseMs: 100, capMs: 5_000 };

/**
 * The one loop that turns accepted orders into fills. Intents are committed as `submitting` before the broker
 * hears of them, what the broker says is applied in batches, and every write carries the fencing number of the
 * lease: an executor that lost it without noticing can't write.
 */
export function createExecutor(options: ExecutorOptions): Executor {
  const { lease, ledger, broker, bus, clock, log } = options;
  let state: ReturnType<Executor['state']> = 'off';
  let held: number | null = null;
  let running: Promise<void> = Promise.resolve();
  let ends: (() => void)[] = [];
  let queue: BrokerEvent[] = [];
  let ordersDue = true;
  let endingDue = true;
  let endingAt = 0;
  const bell = createBell(clock);

  const publish = (appended: readonly Appended[]): void => {
    for (const message of appended) bus.publish(journalTopic, message);
  };
  const push = (...events: BrokerEvent[]): void => {
    queue.push(...events);
    bell.ring();
  };
  const halt = async (problem: string): Promise<void> => {
    log.error({ problem }, 'our books and the broker disagree: trading is halted for everyone');
    await ledger.halt('everyone', problem, clock.now());
    endingDue = true;
  };

  /**
   * The lease itself is asked: it runs out by the clock, also while nobody could tell us. Stopping does not
   * change it: what is claimed by then is sent while the lease is ours.
   */
  const isCurrent = (fencing: number): boolean => lease.current() === fencing;
  const reconcileAgain = (): void => {
    if (state === 'trading') state = 'reconciling';
    bell.ring();
  };

  const desk = createBrokerDesk({
    broker,
    clock,
    log,
    push,
    isCurrent,
    onAbandoned: reconcileAgain,
  });
  const settler = createSettler({ ledger, bus, log, halt, withdraw: desk.withdraw });

  /** Trading is off until every order that was open when we came is known to be where the broker has it. */
  const reconcile = async (fencing: number): Promise<void> => {
    const open = await ledger.openOrders(fencing);
    // The broker is asked for what it knows; what it did not take it need not remember.
    queue = queue.filter(({ type }) => type === 'rejected' || type === 'unavailable');
    const missing = await desk.reconcile(fencing, open);
    if (!isCurrent(fencing)) return;
    for (const order of missing)
      await halt(`order ${order.id} is ${order.status} here and unknown to the broker`);
    state = 'trading';
    log.info({ fencing, orders: open.length }, 'executor reconciled');
  };

  const takeOrders = async (fencing: number): Promise<void> => {
    const room = MAX_IN_FLIGHT - desk.inFlight();
    if (!ordersDue || room <= 0 || !isCurrent(fencing)) return;
    ordersDue = false;
    const { orders, appended } = await ledger.claim(fencing, room, clock.now()).catch((error) => {
      // It may have been committed all the same: its orders are found among the open ones.
      state = 'reconciling';
      throw error;
    });
    publish(appended);
    for (const order of orders) desk.submit(fencing, order);
    // There may be more; and whatever was just sent makes room when it is answered.
    if (orders.length === room) ordersDue = true;
  };

  const endOrders = async (fencing: number): Promise<void> => {
    const now = clock.now();
    if (!endingDue || now < endingAt) return;
    endingDue = false;
    endingAt = now + ENDING_INTERVAL_MS;
    for (const order of await ledger.ending(fencing, now, MAX_BATCH)) desk.end(fencing, order);
  };

  const turn = async (fencing: number): Promise<void> => {
    // What arrives in the same turn of the event loop is settled together.
    await new Promise(setImmediate);
    const batch = queue.splice(0, MAX_BATCH);
    try {
      if (batch.length > 0) await settler.settle(fencing, batch);
    } catch (error) {
      queue.unshift(...batch);
      throw error;
    }
    await takeOrders(fencing);
    await endOrders(fencing);
  };

  /** Sleeps however often the bell rings, except for the end of the lease. */
  const rest = async (ms: number, fencing: number): Promise<void> => {
    const until = clock.now() + ms;
    while (held === fencing && clock.now() < until) await bell.wait(until - clock.now());
  };

  const isIdle = (): boolean =>
    queue.length === 0 &&
    !(ordersDue && desk.inFlight() < MAX_IN_FLIGHT) &&
    !(endingDue && clock.now() >= endingAt);

  const run = async (fencing: number): Promise<void> => {
    const backoff = createBackoff(RETRY);
    /** An outage is told once. */
    let waits = false;
    state = 'reconciling';
    while (held === fencing) {
      try {
        if (!isCurrent(fencing)) {
          // Either somebody is about to tell us so, or it is renewed and nobody knows what was left undone.
          reconcileAgain();
          await rest(POLL_MS, fencing);
          continue;
        }
        if (state === 'reconciling') await reconcile(fencing);
        await turn(fencing);
        backoff.reset();
        waits = false;
        if (isIdle()) await bell.wait(endingDue ? ENDING_INTERVAL_MS : POLL_MS);
      } catch (error) {
        if (error instanceof FencedError) {
          log.warn({ fencing }, 'the executor was fenced off');
          break;
        }
        if (!isUnavailable(error)) log.error({ err: error }, 'the executor failed a turn and tries again');
        else if (!waits) log.warn({ reason: error.message }, 'the executor waits for the database');
        waits = isUnavailable(error);
        ordersDue = true;
        endingDue = true;
        await rest(backoff.next(), fencing);
      }
    }
    if (held === null || held === fencing) state = 'off';
  };

  const follow = (fencing: number | null): void => {
    held = fencing;
    bell.ring();
    if (fencing === null) return;
    ordersDue = true;
    endingDue = true;
    running = running.then(() => (held === fencing ? run(fencing) : undefined));
  };

  return {
    state: () => state,
    start() {
      ends = [
        // Without the lease nobody would read them; the next holder looks them up.
        broker.onEvent((event) => held !== null && push(event)),
        broker.onGap?.(reconcileAgain) ?? (() => {}),
        bus.subscribe(ordersTopic, () => {
          ordersDue = true;
          endingDue = true;
          bell.ring();
        }),
        clock.every(POLL_MS, () => {
          ordersDue = true;
          endingDue = true;
          bell.ring();
        }),
        lease.onChange(follow),
      ];
      follow(lease.current());
    },
    async stop() {
      for (const end of ends) end();
      ends = [];
      follow(null);
      await running;
    },
  };
}
