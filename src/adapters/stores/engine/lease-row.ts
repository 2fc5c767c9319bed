import type { Database } from '../../sql/database.ts';

/** What the row says after a replica asked for the lease. */
export interface LeaseAnswer {
  /** The replica that holds the lease, or held it last; null after a release. */
  readonly engine: string | null;
  readonly newest: number | null;
  /** The number under which the asking replica is the engine from now on; null where another one is. */
  readonly granted: number | null;
}

/** The engine lease in the database, whose clock decides when it ends. */
export interface LeaseRow {
  ask(): Promise<LeaseAnswer>;
  /** False where the number is no longer the newest. */
  renew(fencing: number): Promise<boolean>;
  release(fencing: number): Promise<void>;
}

/** A dead engine is replaced after this. */
export const LEASE_MS = 6_000;

// A fencing number is used once: a replica that gets the lease back after a pause has a new one, too.
const ASK = `WITH granted AS (
    UPDATE leases SET fencing = fencing + 1, holder = $1, expires_at = now() + $2 * interval '1 millisecond'
    WHERE name = 'engine' AND (expires_at <= now() OR holder = $1 OR $3)
    RETURNING fencing)
  SELECT holder, fencing AS newest, (SELECT fencing FROM granted) AS fencing FROM leases WHERE name = 'engine'`;
const RENEW = `UPDATE leases SET expires_at = now() + $3 * interval '1 millisecond'
  WHERE name = 'engine' AND fencing = $1 AND holder = $2 RETURNING fencing`;
const RELEASE = `UPDATE leases SET expires_at = now(), holder = NULL
  WHERE name = 'engine' AND fencing = $1 AND holder = $2`;

interface AskRow {
  holder: string | null;
  newest: number;
  fencing: number | null;
}

export function createLeaseRow(db: Database, replica: string): LeaseRow {
  // One process owns the embedded database: there the lease is free at every start.
  const isOurs = db.kind === 'embedded';

  return {
    async ask() {
      const [row] = await db.query<AskRow>(ASK, [replica, LEASE_MS, isOurs]);
      return {
        engine: row?.holder ?? null,
        newest: row?.fencing ?? row?.newest ?? null,
        granted: row?.fencing ?? null,
      };
    },
    async renew(fencing) {
      return (await db.query(RENEW, [fencing, replica, LEASE_MS])).length > 0;
    },
    async release(fencing) {
      await db.query(RELEASE, [fencing, replica]);
    },
  };
}
