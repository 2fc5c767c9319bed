import connectPgSimple from 'connect-pg-simple';
import session, { type Cookie, type SessionData } from 'express-session';
import type pg from 'pg';
import { SESSION_IDLE_MS } from '../../../domain/accounts/session.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Database } from '../../sql/database.ts';

/** Rows of ended sessions only cost space, so it is enough to remove them this often. */
const PRUNE_INTERVAL_MS = 60 * 60 * 1000;

/** Sessions that are removed by one statement: at most some 10 ms. */
const PIECE = 1_000;
/** Replicas that prune at once skip each other's rows. */
const PRUNE = `DELETE FROM session WHERE sid = ANY (ARRAY(
    SELECT sid FROM session WHERE expire < $1 ORDER BY expire LIMIT ${PIECE} FOR UPDATE SKIP LOCKED))
  RETURNING 1`;

const PgStore = connectPgSimple(session);

type SessionRows = Pick<Database, 'query'>;

/**
 * Every end counts from the service's clock, as for all who read these rows; the library has the machine's. It holds no
 * timer: ended sessions are removed when a new one is stored, because only that makes the table grow.
 */
class SessionStore extends PgStore {
  readonly #db: SessionRows;
  readonly #clock: Pick<Clock, 'now'>;
  #prunedAt = 0;

  constructor(db: SessionRows, clock: Pick<Clock, 'now'>) {
    super({
      // The library only reads rows from its pool. Through `db` it fails as fast as every caller during an outage.
      pool: {
        query: async (sql: string, params: unknown[]) => ({ rows: await db.query(sql, params) }),
      } as unknown as pg.Pool,
      tableName: 'session',
      pruneSessionInterval: false,
    });
    this.#db = db;
    this.#clock = clock;
  }

  override get(sid: string, done: (error: unknown, data?: SessionData | null) => void): void {
    this.#db
      .query<{ sess: SessionData }>('SELECT sess FROM session WHERE sid = $1 AND expire > $2', [
        sid,
        new Date(this.#clock.now()),
      ])
      .then(
        ([row]) => done(null, row?.sess ?? null),
        (error: unknown) => done(error),
      );
  }

  override set(sid: string, data: SessionData, done?: (error?: unknown) => void): void {
    super.set(sid, this.#dated(data), (error?: unknown) => {
      done?.(error);
      const now = this.#clock.now();
      if (error || Math.abs(now - this.#prunedAt) < PRUNE_INTERVAL_MS) return;
      this.#prunedAt = now;
      // A failed run is made up for by the next one.
      this.#prune(new Date(now)).catch(() => {});
    });
  }

  override touch(sid: string, data: SessionData, done?: () => void): void {
    super.touch(sid, this.#dated(data), done);
  }

  async #prune(now: Date): Promise<void> {
    let removed: unknown[];
    do removed = await this.#db.query(PRUNE, [now]);
    while (removed.length === PIECE);
  }

  #dated(data: SessionData): SessionData {
    const { originalMaxAge, secure, httpOnly, path, sameSite } = data.cookie;
    const expires = new Date(this.#clock.now() + SESSION_IDLE_MS);
    return { ...data, cookie: { originalMaxAge, expires, secure, httpOnly, path, sameSite } as Cookie };
  }
}

/** express-session's store on `db`. */
export const createSessionStore = (db: SessionRows, { clock }: { clock: Clock }): session.Store =>
  new SessionStore(db, clock);
