import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import {
  createTestDatabase,
  KINDS,
  type PostgresTestDatabase,
  type TestDatabase,
} from '../../../../rig/database/database.ts';
import { until } from '../../../../rig/wait.ts';
import type { Database } from '../../../../src/adapters/sql/database.ts';
import { setTier } from '../../../../src/adapters/stores/accounts/standing.ts';
import { createUsers } from '../../../../src/adapters/stores/accounts/users.ts';
import type { TierMark, Users } from '../../../../src/domain/accounts/user.ts';

async function signUp(users: Users): Promise<string> {
  const user = {
    username: randomUUID().slice(0, 8),
    name: 'A user',
    role: 'member',
    passwordHash: 'hash',
  } as const;
  return (await users.create(user)).id;
}

/** Looks as a replica does: each time from where the last look ended. */
async function watch(users: Users) {
  let mark: TierMark = (await users.tierChanges(null)).mark;
  return async (): Promise<readonly string[] | null> => {
    const { mark: next, changed } = await users.tierChanges(mark);
    mark = next;
    return changed;
  };
}

/** Transactions of other tests on the same server are at work: until they end, a look names again what came beside them. */
const atRest = (look: () => Promise<readonly string[] | null>): Promise<void> =>
  until(async () => (await look())?.length === 0, 'a look names nobody');

describe.each(KINDS)('changes of tiers in the %s database', (kind) => {
  let own: TestDatabase;
  let users: Users;
  let rows = 0;
  const counting = (db: Database): Database => ({
    ...db,
    async query<Row>(sql: string, params?: readonly unknown[]) {
      const found = await db.query<Row & { changed?: readonly string[] }>(sql, params);
      rows += found[0]?.changed?.length ?? 0;
      return found;
    },
  });
  beforeAll(async () => {
    own = await createTestDatabase(kind);
    users = createUsers(counting(own.db));
  });
  afterAll(() => own.close());

  test('a look names who changed since the last one, and nobody at rest', async () => {
    const [ada, bob] = [await signUp(users), await signUp(users)];
    const look = await watch(users);
    expect(await look()).toEqual([]);
    await setTier(own.db, ada, 'PROFESSIONAL');
    expect(await look()).toEqual([ada]);
    await setTier(own.db, bob, 'INSTITUTIONAL');
    await setTier(own.db, ada, 'STARTER');
    expect(new Set(await look())).toEqual(new Set([ada, bob]));
    await atRest(look);
    const before = rows;
    for (let count = 0; count < 5; count++) expect(await look()).toEqual([]);
    expect(rows).toBe(before);
  });

  test('what is no change of a tier is none: the same tier again, another role, a new user', async () => {
    const ada = await signUp(users);
    const look = await watch(users);
    await setTier(own.db, ada, 'STARTER');
    await users.setRole(ada, 'admin');
    await signUp(users);
    expect(await look()).toEqual([]);
  });

  test('a tier that an operator changes by hand is a change', async () => {
    const ada = await signUp(users);
    const look = await watch(users);
    await own.db.query(`UPDATE users SET paid_tier = 'PROFESSIONAL' WHERE id = $1`, [ada]);
    expect(await look()).toEqual([ada]);
  });

  test('a mark of another server says nothing, and a number that came with a backup is no change', async () => {
    const ada = await signUp(users);
    const { mark } = await users.tierChanges(null);
    expect(await users.tierChanges({ ...mark, server: '1' })).toMatchObject({
      mark: { server: mark.server },
      changed: null,
    });
    expect((await users.tierChanges(null)).changed).toBeNull();
    await own.db.query(`UPDATE users SET tier_changed_in = '4000000000000' WHERE id = $1`, [ada]);
    expect((await users.tierChanges(mark)).changed).toEqual([]);
  });
});

describe('changes of tiers that are committed in another order than they began', () => {
  let own: PostgresTestDatabase;
  let users: Users;
  const clients: pg.Client[] = [];
  beforeAll(async () => {
    own = await createTestDatabase('postgres');
    users = createUsers(own.db);
  });
  afterAll(async () => {
    for (const client of clients) await client.end();
    await own.close();
  });

  async function change(userId: string, tier: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: own.url });
    clients.push(client);
    await client.connect();
    await client.query('BEGIN');
    await client.query('UPDATE users SET paid_tier = $2 WHERE id = $1', [userId, tier]);
    return client;
  }

  test('none is left out: the one that began first and is committed last is found by the look after it', async () => {
    const [slow, fast] = [await signUp(users), await signUp(users)];
    const look = await watch(users);
    const slowly = await change(slow, 'PROFESSIONAL');
    await setTier(own.db, fast, 'PROFESSIONAL');
    expect(await look()).toEqual([fast]);
    await setTier(own.db, fast, 'STARTER');
    expect(await look()).toEqual([fast]);
    await slowly.query('COMMIT');
    expect(await look()).toContain(slow);
    await atRest(look);
  });

  test('one that was under way when the watch began is found, and one that is rolled back is not', async () => {
    const [kept, undone] = [await signUp(users), await signUp(users)];
    const keeping = await change(kept, 'INSTITUTIONAL');
    const undoing = await change(undone, 'INSTITUTIONAL');
    const look = await watch(users);
    expect(await look()).toEqual([]);
    await undoing.query('ROLLBACK');
    await keeping.query('COMMIT');
    expect(await look()).toEqual([kept]);
  });
});
