import connectPgSimple, { type PGStoreOptions } from 'connect-pg-simple';
import session, { type Cookie, type SessionData } from 'express-session';
import type pg from 'pg';
import { SESSION_IDLE_MS } from '../../../domain/accounts/session.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Database } from '../../sql/database.ts';

/** Rows of ended sessions only cost space, so it is enough to remove them this often. */
const PRUNE_INTERVAL_MS = 60 * 60 * 1000;

const PgStore = connectPgSimple(session);

interface StoreOptions extends PGStoreOptions {
  readonly clock: Clock;
}

/** It holds no timer: ended sessions are removed when a new one is stored, because only that makes the table grow. */
class SessionStore extends PgStore {
  readonly #clock: Clock;
  #prunedAt = 0;

  constructor({ clock, ...options }: StoreOptions) {
    super(options);
    this.#clock = clock;
  }

  override set(sid: string, data: SessionData, done?: (error?: unknown) => void): void {
    super.set(sid, this.#dated(data), (error?: unknown) => {
      done?.(error);
      if (error || Date.now() - this.#prunedAt < PRUNE_INTERVAL_MS) return;
      this.#prunedAt = Date.now();
      // A failed run is made up for by the next one.
      this.pruneSessions(() => {});
    });
  }

  override touch(sid: string, data: SessionData, done?: () => void): void {
    super.touch(sid, this.#dated(data), done);
  }

  /** The end counts from the clock that every reader of the row asks; the cookie has the machine's. */
  #dated(data: SessionData): SessionData {
    const expires = new Date(this.#clock.now() + SESSION_IDLE_MS);
    const { originalMaxAge, secure, httpOnly, path, sameSite } = data.cookie;
    return { ...data, cookie: { originalMaxAge, expires, secure, httpOnly, path, sameSite } as Cookie };
  }
}

/** express-session's store on `db`. */
export const createSessionStore = (db: Pick<Database, 'query'>, { clock }: { clock: Clock }): session.Store =>
  new SessionStore({
    clock,
    // The library only reads rows from its pool. Through `db` it fails as fast as every caller during an outage.
    pool: {
      query: async (sql: string, params: unknown[]) => ({ rows: await db.query(sql, params) }),
    } as unknown as pg.Pool,
    tableName: 'session',
    ttl: SESSION_IDLE_MS / 1000,
    pruneSessionInterval: false,
  });
