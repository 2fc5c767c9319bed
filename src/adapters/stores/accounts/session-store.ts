import connectPgSimple from 'connect-pg-simple';
import session, { type SessionData } from 'express-session';
import type pg from 'pg';
import { SESSION_IDLE_MS } from '../../../domain/accounts/session.ts';
import type { Database } from '../../sql/database.ts';

/** Rows of ended sessions only take up space, so it is enough to remove them this often, milliseconds. */
const PRUNE_INTERVAL_MS = 60 * 60 * 1000;

const PgStore = connectPgSimple(session);

/**
 * express-session's store on `db`. It holds no timer: ended sessions are removed when a new one
 * is stored, because only that makes the table grow.
 */
class SessionStore extends PgStore {
  #prunedAt = 0;

  override set(sid: string, data: SessionData, done?: (error?: unknown) => void): void {
    super.set(sid, data, (error?: unknown) => {
      done?.(error);
      if (error || Date.now() - this.#prunedAt < PRUNE_INTERVAL_MS) return;
      this.#prunedAt = Date.now();
      // What fails here is done by the next one.
      this.pruneSessions(() => {});
    });
  }
}

export const createSessionStore = (db: Pick<Database, 'query'>): session.Store =>
  new SessionStore({
    // It asks for rows and nothing else, and is told as fast as everybody where the database is away.
    pool: {
      query: async (sql: string, params: unknown[]) => ({ rows: await db.query(sql, params) }),
    } as unknown as pg.Pool,
    tableName: 'session',
    ttl: SESSION_IDLE_MS / 1000,
    pruneSessionInterval: false,
  });
