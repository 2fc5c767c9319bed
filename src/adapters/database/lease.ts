import type { EngineLease } from '../../domain/cluster/lease.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Database } from './database.ts';

export interface DatabaseLeaseOptions {
  readonly db: Database;
  /** Name of this replica; no other has it. */
  readonly replica: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A dead engine is replaced after this; the database's clock decides, milliseconds. */
const LEASE_MS = 6_000;
/** Two renewals may fail before the lease is given up, milliseconds. */
const RENEW_MS = 2_000;

// A fencing number is used once: also who takes the lease back after a pause gets a new one.
const TAKE = `UPDATE leases SET fencing = fencing + 1, holder = $1, expires_at = now() + $2 * interval '1 millisecond'
  WHERE name = 'engine' AND (expires_at <= now() OR holder = $1 OR $3) RETURNING fencing`;
const RENEW = `UPDATE leases SET expires_at = now() + $3 * interval '1 millisecond'
  WHERE name = 'engine' AND fencing = $1 AND holder = $2 RETURNING fencing`;
const RELEASE = `UPDATE leases SET expires_at = to_timestamp(0), holder = NULL
  WHERE name = 'engine' AND fencing = $1 AND holder = $2`;

/**
 * The engine lease as a row: whoever raises its fencing number is the engine, and every write of the one
 * before is refused from then on. On the embedded database, which one process owns, it is free at every start.
 */
export function createDatabaseLease({ db, replica, clock, log }: DatabaseLeaseOptions): EngineLease {
  const listeners = new Set<(fencing: number | null) => void>();
  let fencing: number | null = null;
  let renewedAt = 0;
  let holder: string | null = null;
  let cancel = (): void => {};
  let turn: Promise<void> = Promise.resolve();
  let stopped = false;

  const change = (next: number | null): void => {
    if (next === fencing) return;
    fencing = next;
    holder = next === null ? null : replica;
    log.info({ fencing: next }, next === null ? 'engine lease lost' : 'engine lease taken');
    for (const listener of listeners) listener(next);
  };

  const renew = async (held: number): Promise<void> => {
    const asked = clock.now();
    try {
      const rows = await db.query(RENEW, [held, replica, LEASE_MS]);
      if (rows.length === 0) return change(null);
      renewedAt = asked;
    } catch (error) {
      // Counted from the question, not the answer: ours ends before the database's does.
      if (!(clock.now() - renewedAt < LEASE_MS - RENEW_MS)) change(null);
      log.warn({ err: error }, 'the engine lease could not be renewed');
    }
  };

  const take = async (): Promise<void> => {
    const asked = clock.now();
    try {
      const [row] = await db.query<{ fencing: number }>(TAKE, [replica, LEASE_MS, db.kind === 'embedded']);
      if (row) {
        renewedAt = asked;
        return change(row.fencing);
      }
      const [other] = await db.query<{ holder: string | null }>(
        "SELECT holder FROM leases WHERE name = 'engine'",
        [],
      );
      holder = other?.holder ?? null;
    } catch (error) {
      log.warn({ err: error }, 'the engine lease could not be asked for');
    }
  };

  const letGo = async (): Promise<void> => {
    const held = fencing;
    change(null);
    if (held === null) return;
    await db
      .query(RELEASE, [held, replica])
      .catch((error) =>
        log.warn({ err: error }, 'the engine lease could not be handed over; it runs out by itself'),
      );
  };

  const tick = (): Promise<void> => {
    turn = turn.then(() => (stopped ? undefined : fencing === null ? take() : renew(fencing)));
    return turn;
  };

  return {
    current: () => fencing,
    holder: () => holder,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      cancel = clock.every(RENEW_MS, () => void tick());
      await tick();
    },
    release() {
      turn = turn.then(letGo);
      return turn;
    },
    async stop() {
      stopped = true;
      cancel();
      await turn;
      await letGo();
    },
  };
}
