import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import type { Database } from '../../../../src/adapters/sql/database.ts';
import { setBan, setTier } from '../../../../src/adapters/stores/accounts/standing.ts';
import { createUsers } from '../../../../src/adapters/stores/accounts/users.ts';
import type { NewUser, Users } from '../../../../src/domain/accounts/user.ts';

const newUser = (username: string): NewUser => ({
  username,
  name: 'Another user',
  role: 'member',
  passwordHash: 'hash',
});

describe.each(KINDS)('users in the %s database', (kind) => {
  let own: TestDatabase;
  let db: Database;
  let users: Users;
  beforeAll(async () => {
    own = await createTestDatabase(kind);
    db = own.db;
    users = createUsers(db);
  });
  afterAll(() => own.close());

  test('a user is found by id and by user name in any case, with the hash only for login', async () => {
    const created = await users.create({
      ...newUser('Ada.Lovelace'),
      name: 'Ada 🙂 Lovelace',
      role: 'admin',
    });
    expect(created).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: 'Ada.Lovelace',
      name: 'Ada 🙂 Lovelace',
      role: 'admin',
      tier: 'STARTER',
      banned: false,
    });
    expect(await users.findById(created.id)).toEqual(created);
    expect(await users.findByUsername('ADA.lovelace')).toEqual({ ...created, passwordHash: 'hash' });
  });

  test('no user is found by unknown names and ids', async () => {
    expect(await users.findByUsername("x' OR '1'='1")).toBeNull();
    expect(await users.findByUsername('a\0b')).toBeNull();
    expect(await users.findById('00000000-0000-4000-8000-000000000000')).toBeNull();
    expect(await users.findByDiscordId('12345678')).toBeNull();
  });

  test('of twenty who take one name at once, in any case, exactly one gets it', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => users.create(newUser(index % 2 ? 'Grace' : 'gRACE'))),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(19);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'USERNAME_TAKEN' });
  });

  test('a user whose account cannot be made does not exist', async () => {
    const failing = createUsers(db, {
      async onCreate(tx, user) {
        await tx.query('UPDATE users SET name = $2 WHERE id = $1', [user.id, 'seen by the hook']);
        throw new Error('no account');
      },
    });
    await expect(failing.create(newUser('halfmade'))).rejects.toThrow('no account');
    expect(await users.findByUsername('halfmade')).toBeNull();
  });

  test('is found by the Discord user that was linked', async () => {
    const user = await users.create(newUser('discordian'));
    await db.query('UPDATE users SET discord_user_id = $2 WHERE id = $1', [user.id, '80351110224678912']);
    expect(await users.findByDiscordId('80351110224678912')).toEqual(user);
  });

  test('role and tier are changed by themselves, for one user alone', async () => {
    const [boole, other] = [await users.create(newUser('boole')), await users.create(newUser('de-morgan'))];
    await users.setRole(boole.id, 'admin');
    await setTier(db, boole.id, 'INSTITUTIONAL');
    expect(await users.findById(boole.id)).toEqual({ ...boole, role: 'admin', tier: 'INSTITUTIONAL' });
    expect(await users.findById(other.id)).toEqual(other);
  });

  test('replicas of the release before read and write the role under its old name', async () => {
    const user = await users.create({ ...newUser('peirce'), role: 'admin' });
    const oldName = async () => (await db.query('SELECT tier FROM users WHERE id = $1', [user.id]))[0];
    expect(await oldName()).toEqual({ tier: 'admin' });
    await users.setRole(user.id, 'member');
    expect(await oldName()).toEqual({ tier: 'member' });
    await db.query("UPDATE users SET tier = 'admin' WHERE id = $1", [user.id]);
    expect((await users.findById(user.id))?.role).toBe('admin');
    await db.query(
      "INSERT INTO users (id, username, name, tier, password_hash) VALUES ($1, 'frege', 'F', 'admin', 'x')",
      ['00000000-0000-4000-8000-000000000001'],
    );
    expect(await users.findByUsername('frege')).toMatchObject({ role: 'admin', tier: 'STARTER' });
  });

  test('a new password ends every session of the user but the one that asks, or changes nothing', async () => {
    const [user, other] = [await users.create(newUser('shannon')), await users.create(newUser('weaver'))];
    const open = (sid: string, userId: string) =>
      db.query("INSERT INTO session (sid, sess, expire) VALUES ($1, $2, now() + interval '1 day')", [
        sid,
        JSON.stringify({ userId }),
      ]);
    for (const sid of ['mine', 'phone', 'thief']) await open(sid, user.id);
    await open('another', other.id);
    const rest = async () =>
      (await db.query<{ sid: string }>('SELECT sid FROM session ORDER BY sid')).map(({ sid }) => sid);
    const change = { expected: 'hash', passwordHash: 'new hash', keepSession: 'mine' };

    const wrong = users.changePassword(user.id, { ...change, expected: 'an older hash' });
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    const ended = users.changePassword(user.id, { ...change, keepSession: 'gone' });
    await expect(ended).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await users.holdsPassword(user.id, 'hash')).toBe(true);
    expect(await rest()).toEqual(['another', 'mine', 'phone', 'thief']);

    expect((await users.changePassword(user.id, change)).sort()).toEqual(['phone', 'thief']);
    expect(await rest()).toEqual(['another', 'mine']);
    expect(await users.holdsPassword(user.id, 'hash')).toBe(false);
    expect(await users.holdsPassword(user.id, 'new hash')).toBe(true);
    await setBan(db, user.id, true);
    expect(await users.holdsPassword(user.id, 'new hash')).toBe(false);
    await db.query('DELETE FROM session');
  });

  test('whether a password holds is answered after a change that is about to be committed', async () => {
    const user = await users.create(newUser('nyquist'));
    const [written, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const changing = db.transaction(async (tx) => {
      await tx.query("UPDATE users SET password_hash = 'new hash' WHERE id = $1", [user.id]);
      written.resolve();
      await commit.promise;
    });
    await written.promise;
    const holds = users.holdsPassword(user.id, 'hash');
    commit.resolve();
    await changing;
    expect(await holds).toBe(false);
  });

  test('a ban stays until it is lifted', async () => {
    const user = await users.create(newUser('mallory'));
    const isBanned = async () => (await users.findById(user.id))?.banned;
    await setBan(db, user.id, true);
    await setBan(db, user.id, true);
    expect(await isBanned()).toBe(true);
    await setBan(db, user.id, false);
    expect(await isBanned()).toBe(false);
  });
});
