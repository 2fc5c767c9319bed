import type { Bus } from '../../../domain/bus/bus.ts';
import type { EngineLease } from '../../../domain/engine/lease.ts';
import { createTerm } from '../../../domain/engine/term.ts';
import { leaseFreeTopic } from '../../../domain/engine/topics.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { createScope } from '../../../lib/scope.ts';
import { startStopwatch } from '../../../lib/stopwatch.ts';
import type { Database } from '../../sql/database.ts';
import { createLeaseRow, LEASE_MS, type LeaseAnswer } from './lease-row.ts';

export interface DatabaseLeaseOptions {
  readonly db: Database;
  /** Reports to the others that the lease is free, so that they need not wait for their next look. */
  readonly bus: Bus;
  /** Name of this replica; no other has it. */
  readonly replica: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** By our own clock the lease ends this much earlier: what left under it has arrived before the next engine begins. */
const MARGIN_MS = 1_000;
/** Two renewals may fail before the lease ends. */
const RENEW_MS = 2_000;
/** A replica without the lease looks this often, and one that could not renew it tries again. */
const LOOK_MS = 1_000;
/** How soon our own end is noticed and reported to the parts that follow the lease. */
const WATCH_MS = 250;
/** A replica that stands aside does so for this long … */
const STAND_ASIDE_MS = 60_000;
/** … unless no other replica has the lease by then: three looks of every other one. */
const UNTAKEN_MS = 3_000;

/**
 * The engine lease as a row: the replica that raises its fencing number is the engine, and every write of the one
 * before is refused from then on.
 */
export function createDatabaseLease({ db, bus, replica, clock, log }: DatabaseLeaseOptions): EngineLease {
  const row = createLeaseRow(db, replica);
  const term = createTerm({ clock, log, lengthMs: LEASE_MS - MARGIN_MS });
  const look = createLook(clock);
  const database = createOutageLog(log);
  const running = createScope();
  let known: Omit<LeaseAnswer, 'granted'> = { engine: null, newest: null };
  let asideUntil = 0;
  let asking = false;
  let stopped = false;
  /** Questions and releases, one after the other. */
  let turn: Promise<void> = Promise.resolve();

  async function renew(fencing: number): Promise<void> {
    const asked = term.ask();
    const isRenewed = await row.renew(fencing);
    // Ended meanwhile: an answer that comes too late changes nothing.
    if (term.fencing() !== fencing) return;
    if (!isRenewed) return term.end();
    asked.renew();
    look.next(RENEW_MS);
  }

  async function acquire(): Promise<void> {
    const asked = term.ask();
    const { granted, ...answer } = await row.ask(clock.now() < asideUntil ? UNTAKEN_MS : 0);
    // Our own name stands in the row for longer than our term lasts.
    known = granted === null ? answer : { ...answer, engine: null };
    if (granted === null) return;
    look.next(RENEW_MS);
    asked.grant(granted);
  }

  async function release(): Promise<void> {
    const fencing = term.fencing();
    term.end();
    if (fencing === null) return;
    try {
      await row.release(fencing);
      bus.publish(leaseFreeTopic, { replica });
    } catch (error) {
      log.warn({ err: error }, 'the engine lease could not be handed over; it runs out by itself');
    }
  }

  function ask(): void {
    if (asking) return;
    asking = true;
    look.begin();
    turn = turn
      .then(() => {
        const fencing = term.fencing();
        if (stopped) return;
        return fencing === null
          ? database.reached(acquire(), 'the engine lease could not be asked for')
          : database.reached(renew(fencing), 'the engine lease could not be renewed');
      })
      .finally(() => {
        asking = false;
      });
  }

  function watch(): void {
    if (term.isOver()) term.end();
    if (look.isDue()) ask();
  }

  return {
    current: () => (term.isOver() ? null : term.fencing()),
    engine: () => (term.fencing() === null ? known.engine : replica),
    newest: () => known.newest,
    onChange: term.onChange,
    async start() {
      running.add(
        clock.every(WATCH_MS, watch),
        bus.subscribe(leaseFreeTopic, (free) => {
          if (free.replica !== replica && term.fencing() === null) ask();
        }),
      );
      ask();
      await turn;
    },
    release(options) {
      if (options?.standAside) asideUntil = clock.now() + STAND_ASIDE_MS;
      turn = turn.then(release);
      return turn;
    },
    async stop() {
      stopped = true;
      running.end();
      await turn;
      await release();
    },
  };
}

/** When the database is asked next. */
function createLook(clock: Clock) {
  let since = (): number => Number.POSITIVE_INFINITY;
  let pause = LOOK_MS;
  return {
    isDue: (): boolean => since() >= pause,
    begin(): void {
      since = startStopwatch(clock);
      pause = LOOK_MS;
    },
    next(ms: number): void {
      pause = ms;
    },
  };
}

/** Logs an outage once. */
function createOutageLog(log: Log) {
  let isAway = false;
  return {
    async reached(work: Promise<void>, sentence: string): Promise<void> {
      try {
        await work;
        isAway = false;
      } catch (error) {
        if (!isAway) log.warn({ err: error }, sentence);
        isAway = true;
      }
    },
  };
}
