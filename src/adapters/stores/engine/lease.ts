import type { Bus } from '../../../domain/bus/bus.ts';
import type { EngineLease } from '../../../domain/engine/lease.ts';
import { createTerm, type Term } from '../../../domain/engine/term.ts';
import { leaseFreeTopic } from '../../../domain/engine/topics.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { createScope } from '../../../lib/scope.ts';
import { startStopwatch } from '../../../lib/stopwatch.ts';
import type { Database } from '../../sql/database.ts';
import { createLeaseRow, LEASE_MS, type LeaseAnswer, type LeaseRow } from './lease-row.ts';

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

/**
 * The engine lease as a row: the replica that raises its fencing number is the engine, and every write of the one
 * before is refused from then on.
 */
export function createDatabaseLease({ db, bus, replica, clock, log }: DatabaseLeaseOptions): EngineLease {
  const term = createTerm({ clock, log, lengthMs: LEASE_MS - MARGIN_MS });
  const row = followRow({ row: createLeaseRow(db, replica), term, log });
  const running = createScope();
  let sinceLook = (): number => Number.POSITIVE_INFINITY;
  let pauseMs = LOOK_MS;
  let asking = false;
  let stopped = false;
  /** Questions and releases, one after the other. */
  let turn: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    if (stopped) return;
    if (await row.ask()) pauseMs = RENEW_MS;
  }

  function ask(): void {
    if (asking) return;
    asking = true;
    sinceLook = startStopwatch(clock);
    pauseMs = LOOK_MS;
    turn = turn.then(look).finally(() => {
      asking = false;
    });
  }

  async function release(): Promise<void> {
    if (await row.release()) bus.publish(leaseFreeTopic, { replica });
  }

  return {
    current: () => (term.isOver() ? null : term.fencing()),
    engine: () => (term.fencing() === null ? row.known().engine : replica),
    newest: () => row.known().newest,
    onChange: term.onChange,
    async start() {
      running.add(
        clock.every(WATCH_MS, () => {
          if (term.isOver()) term.end();
          if (sinceLook() >= pauseMs) ask();
        }),
        bus.subscribe(leaseFreeTopic, (free) => {
          if (free.replica !== replica && term.fencing() === null) ask();
        }),
      );
      ask();
      await turn;
    },
    async stop() {
      stopped = true;
      running.end();
      await turn;
      await release();
    },
  };
}

/** Keeps the term as the row says. An outage of the database is logged once. */
function followRow({ row, term, log }: { readonly row: LeaseRow; readonly term: Term; readonly log: Log }) {
  let known: Omit<LeaseAnswer, 'granted'> = { engine: null, newest: null };
  let isAway = false;

  async function acquire(): Promise<boolean> {
    const asked = term.ask();
    const { granted, ...answer } = await row.ask();
    // Our own name stands in the row for longer than our term lasts.
    known = granted === null ? answer : { ...answer, engine: null };
    if (granted === null) return false;
    asked.grant(granted);
    return true;
  }

  async function renew(fencing: number): Promise<boolean> {
    const asked = term.ask();
    const isRenewed = await row.renew(fencing);
    // Ended meanwhile: an answer that comes too late changes nothing.
    if (term.fencing() !== fencing) return false;
    if (isRenewed) asked.renew();
    else term.end();
    return isRenewed;
  }

  return {
    known: () => known,
    /** Renews the lease, or asks for it. True where this replica has it now. */
    async ask(): Promise<boolean> {
      const fencing = term.fencing();
      try {
        const isOurs = await (fencing === null ? acquire() : renew(fencing));
        isAway = false;
        return isOurs;
      } catch (error) {
        const what = fencing === null ? 'asked for' : 'renewed';
        if (!isAway) log.warn({ err: error }, `the engine lease could not be ${what}`);
        isAway = true;
        return false;
      }
    },
    /** True where the lease was ours and is free now. */
    async release(): Promise<boolean> {
      const fencing = term.fencing();
      term.end();
      if (fencing === null) return false;
      try {
        await row.release(fencing);
        return true;
      } catch (error) {
        log.warn({ err: error }, 'the engine lease could not be handed over; it runs out by itself');
        return false;
      }
    },
  };
}
