import {
  type ActiveSession,
  SESSION_ABSOLUTE_MS,
  SESSION_IDLE_MS,
  type Sessions,
} from '../../../domain/accounts/session.ts';
import { createBatchLoader } from '../../../lib/batch-loader.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Role } from '../../../protocol/accounts.ts';
import type { Tier } from '../../../protocol/tier.ts';
import type { Database } from '../../sql/database.ts';

/** Sessions in one query when thousands of clients connect at once; more would delay all queries behind it. */
const MAX_BATCH = 500;

/** Ids that express-session can have made; another text (a NUL byte, say) would fail the query of the whole batch. */
const SESSION_ID = /^[\x21-\x7e]{1,256}$/;

interface SessionRow {
  sid: string;
  expire: Date;
  /** Milliseconds since epoch, written at login. */
  created_at: string | null;
  id: string;
  username: string;
  name: string;
  role: Role;
  paid_tier: Tier;
}

/** Null where the session has ended, or does not say when it began. */
function rowToSession(row: SessionRow, now: number): ActiveSession | null {
  const expiresAt = Math.min(
    row.expire.getTime(),
    Number(row.created_at ?? Number.NaN) + SESSION_ABSOLUTE_MS,
  );
  if (!(expiresAt > now)) return null;
  const { id, username, name, role, paid_tier: tier } = row;
  return { user: { id, username, name, role, tier, banned: false }, expiresAt };
}

/** Reads the rows that express-session writes through connect-pg-simple. */
export function createSessions(db: Database, { clock }: { clock: Clock }): Sessions {
  async function findMany(sessionIds: readonly string[]): Promise<Map<string, ActiveSession>> {
    const rows = await db.query<SessionRow>(
      // Materialised, so that the JSON is read once per session and not once per pair of session and user.
      `WITH s AS MATERIALIZED (
         SELECT sid, expire, sess ->> 'createdAt' AS created_at, (sess ->> 'userId')::uuid AS user_id
         FROM session WHERE sid = ANY($1))
       SELECT s.sid, s.expire, s.created_at, u.id, u.username, u.name, u.role, u.paid_tier
       FROM s JOIN users u ON u.id = s.user_id WHERE u.banned_at IS NULL`,
      [sessionIds.filter((id) => SESSION_ID.test(id))],
    );
    const now = clock.now();
    const active = new Map<string, ActiveSession>();
    for (const row of rows) {
      const session = rowToSession(row, now);
      if (session) active.set(row.sid, session);
    }
    return active;
  }

  const findBatched = createBatchLoader(findMany, MAX_BATCH);

  return {
    find: async (sessionId) => (await findBatched(sessionId)) ?? null,
    findMany,
    async touch(sessionIds) {
      const now = clock.now();
      // Locked in one order everywhere: replicas that touch the same sessions must not deadlock.
      await db.query(
        `UPDATE session SET expire = $2 WHERE sid = ANY (ARRAY(
           SELECT sid FROM session WHERE sid = ANY($1) AND expire > $3 ORDER BY sid FOR UPDATE))`,
        [sessionIds, new Date(now + SESSION_IDLE_MS), new Date(now)],
      );
    },
  };
}
