import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SessionData, Store } from 'express-session';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import type { Database } from '../../../../src/adapters/sql/database.ts';
import { createSessionStore } from '../../../../src/adapters/stores/accounts/session-store.ts';
import { createSessions } from '../../../../src/adapters/stores/accounts/sessions.ts';
import { setBan } from '../../../../src/adapters/stores/accounts/standing.ts';
import { createUsers } from '../../../../src/adapters/stores/accounts/users.ts';
import {
  SESSION_ABSOLUTE_MS,
  SESSION_IDLE_MS,
  type Sessions,
} from '../../../../src/domain/accounts/session.ts';
import type { User, Users } from '../../../../src/domain/accounts/user.ts';
import type { Clock } from '../../../../src/lib/clock.ts';

const MINUTE = 60_000;
const newId = (): string => randomBytes(24).toString('base64url');

describe.each(KINDS)('sessions in the %s database', (kind) => {
  let own: TestDatabase;
  let db: Database;
  let users: Users;
  let store: Store;
  let sessions: Sessions;
  let user: User;
  let queries = 0;
  let now = 0;
  const clock: Clock = { now: () => now, after: () => () => {}, every: () => () => {} };

  beforeAll(async () => {
    own = await createTestDatabase(kind, { onQuery: () => queries++ });
    db = own.db;
    users = createUsers(db);
    store = createSessionStore(db, { clock });
    sessions = createSessions(db, { clock });
  });
  afterAll(() => own.close());
  beforeEach(async () => {
    now = Date.now();
    user = await users.create({
      username: `u${randomBytes(6).toString('hex')}`,
      name: 'Another user',
      role: 'member',
      passwordHash: '',
    });
    queries = 0;
  });

  /** What express-session does at login. */
  async function login(createdAt: number | undefined = now, id = newId(), cookieFrom = now): Promise<string> {
    const data = {
      userId: user.id,
      createdAt,
      cookie: { originalMaxAge: SESSION_IDLE_MS, expires: new Date(cookieFrom + SESSION_IDLE_MS) },
    } as unknown as SessionData;
    await new Promise<void>((resolve, reject) =>
      store.set(id, data, (error) => (error ? reject(error) : resolve())),
    );
    return id;
  }
  const read = (id: string): Promise<SessionData | null | undefined> =>
    new Promise((resolve, reject) => store.get(id, (error, data) => (error ? reject(error) : resolve(data))));

  test('the row that express-session wrote names its user and its end', async () => {
    const id = await login();
    const active = await sessions.find(id);
    expect(active?.user).toEqual(user);
    // The store keeps whole seconds, rounded up.
    expect(Math.abs(active!.expiresAt - (now + SESSION_IDLE_MS))).toBeLessThanOrEqual(1_000);
    expect(await read(id)).toMatchObject({ userId: user.id, createdAt: now });
  });

  test('the end counts from the clock that asks for it, whatever the cookie says', async () => {
    const cookieFromNow = now;
    now += SESSION_IDLE_MS + MINUTE;
    const id = await login(now, newId(), cookieFromNow);
    const active = await sessions.find(id);
    expect(Math.abs(active!.expiresAt - (now + SESSION_IDLE_MS))).toBeLessThanOrEqual(1_000);
  });

  test('an unused session ends after a day', async () => {
    const id = await login();
    now += SESSION_IDLE_MS - MINUTE;
    expect(await sessions.find(id)).not.toBeNull();
    now += 2 * MINUTE;
    expect(await sessions.find(id)).toBeNull();
  });

  test('use keeps a session alive for another day, but not one that has ended', async () => {
    const [used, ended] = [await login(), await login()];
    await db.query('UPDATE session SET expire = $2 WHERE sid = $1', [ended, new Date(now - MINUTE)]);
    now += SESSION_IDLE_MS - MINUTE;
    await sessions.touch([used, ended, 'unknown']);
    now += SESSION_IDLE_MS - MINUTE;
    expect(await sessions.find(used)).not.toBeNull();
    expect(await sessions.find(ended)).toBeNull();
  });

  test('every session ends after seven days, however much it is used', async () => {
    const id = await login(now - SESSION_ABSOLUTE_MS + MINUTE);
    expect((await sessions.find(id))?.expiresAt).toBe(now + MINUTE);
    await sessions.touch([id]);
    now += MINUTE;
    expect(await sessions.find(id)).toBeNull();
  });

  test('a session that does not say when it began has ended', async () => {
    const id = newId();
    await db.query('INSERT INTO session (sid, sess, expire) VALUES ($1, $2, $3)', [
      id,
      JSON.stringify({ userId: user.id }),
      new Date(now + MINUTE),
    ]);
    expect(await sessions.find(id)).toBeNull();
  });

  test('a ban ends the sessions at once and for good', async () => {
    const id = await login();
    await setBan(db, user.id, true);
    expect(await sessions.find(id)).toBeNull();
    expect(await read(id)).toBeFalsy();
    const later = await login();
    expect(await sessions.find(later)).toBeNull();
  });

  test('malformed ids do not fail other requests of the same moment', async () => {
    const id = await login();
    const [good, ...bad] = await Promise.all(
      [id, '', 'a\0b', '\ud800', 'x'.repeat(300), "' OR 1=1 --", 'unknown'].map(sessions.find),
    );
    expect(good?.user).toEqual(user);
    expect(bad).toEqual(bad.map(() => null));
  });

  test('two thousand who connect at once cost a handful of queries', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => login()));
    queries = 0;
    const asked = Array.from({ length: 2_000 }, (_, index) => sessions.find(ids[index] ?? newId()));
    const found = await Promise.all(asked);
    expect(found.filter(Boolean)).toHaveLength(20);
    expect(queries).toBeLessThanOrEqual(5);
  });

  test('rows of ended sessions go when a new one is stored', async () => {
    const id = await login();
    await db.query('UPDATE session SET expire = $2 WHERE sid = $1', [id, new Date(Date.now() - MINUTE)]);
    await new Promise((resolve) => {
      const query: Database['query'] = async <Row>(sql: string, values?: readonly unknown[]) => {
        const rows = await own.db.query<Row>(sql, values);
        if (sql.startsWith('DELETE')) resolve(rows);
        return rows;
      };
      const another = createSessionStore({ query }, { clock });
      another.set(newId(), { cookie: { expires: new Date(now + MINUTE) } } as unknown as SessionData);
    });
    expect(await db.query('SELECT sid FROM session WHERE sid = $1', [id])).toEqual([]);
  });
});
