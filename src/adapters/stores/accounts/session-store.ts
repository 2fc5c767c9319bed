import connectPgSimple from 'connect-pg-simple';
import session, { type SessionData } from 'express-session';
import type pg from 'pg';
import { SESSION_IDLE_MS } from '../../../domain/accounts/session.ts';
import type { Database } from '../../sql/database.ts';

/** Rows of ended sessions only cost space, so it is enough to remove them this often. */
const PRUNE_INTERVAL_MS = 60 * 60 * 1000;

const PgStore = connectPgSimple(session);

/** It holds no timer: ended sessions are removed when a new one is stored, because only that makes the table grow. */
class SessionStore extends PgStore {
  #prunedAt = 0;

  override set(sid: string, data: SessionData, done?: (error?: unknown) => void): void {
    super.set(sid, data, (error?: unknown) => {
      done?.(error);
      if (error || Date.now() - this.#prunedAt < PRUNE_INTERVAL_MS) return;
      this.#prunedAt = Date.now();
      // A failed run is made up for by the next one.
      this.pruneSessions(() => {});
    });
  }
}

/** express-session's store on `db`. */
export const createSessionStore = (db: Pick<Database, 'query'>): session.Store =>
  new SessionStore({
    // The library only reads rows from its pool. Through `db` it fails as fast as every caller during an outage.
    pool: {
      query: async (sql: string, params: unknown[]) => ({ rows: await db.query(sql, params) }),
    } as unknown as pg.Pool,
    tableName: 'session',
    ttl: SESSION_IDLE_MS / 1000,
    pruneSessionInterval: false,
  });
