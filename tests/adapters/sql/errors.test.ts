import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type PostgresTestDatabase } from '../../../rig/database/database.ts';
import { toDatabaseError } from '../../../src/adapters/sql/errors.ts';

const withCode = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  ['the connection broke', '08006'],
  ['too many connections', '53300'],
  ['the server shuts down', '57P01'],
  ['a statement took too long', '57014'],
  ['a former primary', '25006'],
  ['a transaction stood still', '25P03'],
  ['a transaction took too long', '25P04'],
  ['a conflict with another transaction', '40001'],
  ['a deadlock', '40P01'],
  ['a lock that was not free', '55P03'],
])('%s: the database does not answer right now', (_, code) => {
  expect(toDatabaseError(withCode(code))).toMatchObject({ code: 'UNAVAILABLE' });
});

test.each(['23505', '22003', '42P01', '25P02'])(
  'an error of the statement itself stays as it is: %s',
  (code) => {
    const error = withCode(code);
    expect(toDatabaseError(error)).toBe(error);
  },
);

describe('a transaction that the server ended because its process stood still', () => {
  let database: PostgresTestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase('postgres');
  });
  afterAll(() => database.close());

  /** In the first, nothing of the server's answer is read before the next statement. */
  test.each([
    ['all of it', async () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)],
    ['in this transaction alone', () => wait(500)],
  ])('may be tried again: %s', async (_, standStill) => {
    const work = database.db.transaction(async (tx) => {
      await tx.query("SET LOCAL idle_in_transaction_session_timeout = '100ms'");
      await standStill();
      await tx.query('SELECT 1');
    });
    await expect(work).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await database.db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
