import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import type { Database } from '../../../../src/adapters/sql/database.ts';
import { readMigrations } from '../../../../src/adapters/sql/migrate.ts';
import { createUsers } from '../../../../src/adapters/stores/accounts/users.ts';
import { foldUsername } from '../../../../src/domain/accounts/username.ts';
import { createTurkishDatabase } from '../../../support/turkish-database.ts';

const newUser = (username: string) =>
  ({ username, name: 'Another user', role: 'member', passwordHash: `hash of ${username}` }) as const;

/** Spellings that some locale, or JavaScript, folds into the name `iskra` or `Kelvin`. */
const STRANGE = [
  'İskra',
  'ıskra',
  'i\u0307skra',
  'ISKRA\u0307',
  'iſkra',
  '\u212Aelvin',
  'ｉｓｋｒａ',
  'iskra\0',
  ' iskra',
];

test('the fold of a user name is ASCII alone, and there is none of what cannot be a user name', () => {
  expect(['ISKRA', 'Iskra', 'iSkRa'].map(foldUsername)).toEqual(['iskra', 'iskra', 'iskra']);
  expect(foldUsername('A-Z_0.9')).toBe('a-z_0.9');
  expect(STRANGE.map(foldUsername)).toEqual(STRANGE.map(() => null));
});

describe.each([...KINDS, 'Turkish'] as const)('user names on %s', (kind) => {
  let own: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    own = kind === 'Turkish' ? await createTurkishDatabase() : await createTestDatabase(kind);
    db = own.db;
  });
  afterAll(() => own.close());

  test('are found in any case and in no other spelling', async () => {
    const users = createUsers(db);
    const iskra = await users.create(newUser('Iskra'));
    await users.create(newUser('kelvin'));
    for (const spelling of ['Iskra', 'iskra', 'ISKRA'])
      expect(await users.findByUsername(spelling)).toMatchObject({ id: iskra.id });
    for (const spelling of STRANGE) expect(await users.findByUsername(spelling)).toBeNull();
  });

  test('are taken in any case', async () => {
    const users = createUsers(db);
    await users.create(newUser('Irina'));
    for (const spelling of ['irina', 'IRINA', 'Irina'])
      await expect(users.create(newUser(spelling))).rejects.toMatchObject({ code: 'USERNAME_TAKEN' });
  });

  test('that are not ASCII are refused by the database itself', async () => {
    const users = createUsers(db);
    for (const username of ['İskra', 'ıskra', '\u212Aelvin', 'iſkra', 'Jörg', 'iskra\n'])
      await expect(users.create(newUser(username))).rejects.toMatchObject({ code: '23514' });
  });
});

test('two spellings that a Turkish database let in stay, and there will be no third', async () => {
  const [older, younger] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
  const database = await createTurkishDatabase(async (client) => {
    const before = (await readMigrations()).filter(({ name }) => name < '016');
    for (const { sql } of before) await client.query(sql);
    await client.query(
      'CREATE TABLE schema_migrations (version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    for (const { version, name, checksum } of before)
      await client.query('INSERT INTO schema_migrations VALUES ($1, $2, $3)', [version, name, checksum]);
    for (const [id, username, day] of [
      [older, 'IRINA', '2026-01-01'],
      [younger, 'irina', '2026-01-02'],
    ])
      await client.query(
        `INSERT INTO users (id, username, name, tier, password_hash, created_at) VALUES ($1, $2, 'I', 'member', 'x', $3)`,
        [id, username, day],
      );
  });

  const users = createUsers(database.db);
  expect(await users.findByUsername('IRINA')).toMatchObject({ id: older });
  expect(await users.findByUsername('irina')).toMatchObject({ id: younger });
  expect(await users.findByUsername('Irina')).toMatchObject({ id: older });
  for (const spelling of ['iRINA', 'Irina'])
    await expect(users.create(newUser(spelling))).rejects.toMatchObject({ code: 'USERNAME_TAKEN' });
  await database.close();
});
