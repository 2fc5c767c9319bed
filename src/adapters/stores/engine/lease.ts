import type { Bus } from '../../../domain/bus/bus.ts';
import type { EngineLease } from '../../../domain/engine/lease.ts';
import { leaseFreeTopic } from '../../../domain/engine/topics.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { startStopwatch } from '../../../lib/stopwatch.ts';
import type { Database } from '../../sql/database.ts';

export interface DatabaseLeaseOptions {
  readonly db: Database;
  /** Tells the others that the lease is free, so that they need not wait for their next look. */
  readonly bus: Bus;
  /** Name of this replica; no other has it. */
  readonly replica: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A dead engine is replaced after this; the database's clock decides, milliseconds. */
const LEASE_MS = 6_000;
/** By our own clock it is over this much earlier: what left under it has arrived before the next engine begins, milliseconds. */
const MARGIN_MS = 1_000;
/** Two renewals may fail before the lease is given up, milliseconds. */
const RENEW_MS = 2_000;
/** Who does not hold it looks this often, and who could not renew it tries again, milliseconds. */
const LOOK_MS = 1_000;
/** How soon our own end is noticed and told to those who follow the lease, milliseconds. */
const WATCH_MS = 250;
/** Who stands aside does so for this long, milliseconds … */
const STAND_ASIDE_MS = 60_000;
/** … unless nobody else has taken the lease in this time: three looks of every other replica, milliseconds. */
const UNTAKEN_MS = 3_000;

// A fencing number is used once: also who takes the lease back after a pause gets a new one.
const TAKE = `WITH taken AS (
    UPDATE leases SET fencing = fencing + 1, holder = $1, expires_at = now() + $2 * interval '1 millisecond'
    WHERE name = 'engine' AND (expires_at <= now() - $4 * interval '1 millisecond' OR holder = $1 OR $3)
    RETURNING fencing)
  SELECT holder, fencing AS newest, (SELECT fencing FROM taken) AS fencing FROM leases WHERE name = 'engine'`;
const RENEW = `UPDATE leases SET expires_at = now() + $3 * interval '1 millisecond'
  WHERE name = 'engine' AND fencing = $1 AND holder = $2 RETURNING fencing`;
const RELEASE = `UPDATE leases SET expires_at = now(), holder = NULL
  WHERE name = 'engine' AND fencing = $1 AND holder = $2`;

/**
 * The engine lease as a row: whoever raises its fencing number is the engine, and every write of the one
 * before is refused from then on. On the embedded database, which one process owns, it is free at every start.
 */
export function createDatabaseLease({ db, bus, replica, clock, log }: DatabaseLeaseOptions): EngineLease {
  const listeners = new Set<(fencing: number | null) => void>();
  let fencing: number | null = null;
  /** Since the last renewal was asked for: counted from the question, ours ends before the database's does. */
  let age = (): number => Number.POSITIVE_INFINITY;
  let holder: string | null = null;
  let newest: number | null = null;
  let sinceAsked = age;
  let pause = LOOK_MS;
  let asking = false;
  let asideUntil = 0;
  let turn: Promise<void> = Promise.resolve();
  let stopped = false;
  let ends: (() => void)[] = [];

  /** An outage is told once. */
  let isAway = false;
  const failed = (error: unknown, sentence: string): void => {
    if (!isAway) log.warn({ err: error }, sentence);
    isAway = true;
  };

  const isOver = (): boolean => !(age() < LEASE_MS - MARGIN_MS);

  const change = (next: number | null): void => {
    if (next === fencing) return;
    fencing = next;
    holder = next === null ? null : replica;
    log.info({ fencing: next }, next === null ? 'engine lease lost' : 'engine lease taken');
    for (const listener of listeners) {
      try {
        listener(next);
      } catch (error) {
        // The others must hear it, and the lease be asked for again.
        log.error({ err: error }, 'a listener of the engine lease failed');
      }
    }
  };

  const renew = async (held: number): Promise<void> => {
    const since = startStopwatch(clock);
    try {
      const rows = await db.query(RENEW, [held, replica, LEASE_MS]);
      isAway = false;
      // Told as lost meanwhile: an answer that comes too late changes nothing.
      if (fencing !== held) return;
      if (rows.length === 0) return change(null);
      age = since;
      pause = RENEW_MS;
    } catch (error) {
      failed(error, 'the engine lease could not be renewed');
    }
  };

  const take = async (): Promise<void> => {
    const since = startStopwatch(clock);
    const patience = clock.now() < asideUntil ? UNTAKEN_MS : 0;
    try {
      const [row] = await db.query<{ holder: string | null; newest: number; fencing: number | null }>(TAKE, [
        replica,
        LEASE_MS,
        db.kind === 'embedded',
        patience,
      ]);
      isAway = false;
      holder = row?.holder ?? null;
      newest = row?.fencing ?? row?.newest ?? null;
      if (!row?.fencing) return;
      age = since;
      pause = RENEW_MS;
      // An answer that was too long under way is worth nothing; the next look takes it again.
      if (!isOver()) change(row.fencing);
    } catch (error) {
      failed(error, 'the engine lease could not be asked for');
    }
  };

  const letGo = async (): Promise<void> => {
    const held = fencing;
    change(null);
    if (held === null) return;
    try {
      await db.query(RELEASE, [held, replica]);
      bus.publish(leaseFreeTopic, { replica });
    } catch (error) {
      log.warn({ err: error }, 'the engine lease could not be handed over; it runs out by itself');
    }
  };

  const ask = (): Promise<void> => {
    if (asking) return turn;
    asking = true;
    sinceAsked = startStopwatch(clock);
    pause = LOOK_MS;
    turn = turn
      .then(() => (stopped ? undefined : fencing === null ? take() : renew(fencing)))
      .finally(() => {
        asking = false;
      });
    return turn;
  };

  const watch = (): void => {
    if (fencing !== null && isOver()) change(null);
    if (sinceAsked() >= pause) void ask();
  };

  return {
    current: () => (isOver() ? null : fencing),
    holder: () => holder,
    newest: () => newest,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      ends = [
        clock.every(WATCH_MS, watch),
        bus.subscribe(leaseFreeTopic, (free) => {
          if (free.replica !== replica && fencing === null) void ask();
        }),
      ];
      await ask();
    },
    release(options) {
      if (options?.standAside) asideUntil = clock.now() + STAND_ASIDE_MS;
      turn = turn.then(letGo);
      return turn;
    },
    async stop() {
      stopped = true;
      for (const end of ends.splice(0)) end();
      await turn;
      await letGo();
    },
  };
}
