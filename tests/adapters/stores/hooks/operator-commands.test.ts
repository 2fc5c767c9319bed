import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { freshName } from '../../../../rig/clients/http-client.ts';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import type { Database } from '../../../../src/adapters/sql/database.ts';
import { createUsers } from '../../../../src/adapters/stores/accounts/users.ts';
import { createHookInbox } from '../../../../src/adapters/stores/hooks/inbox.ts';
import { createOperatorCommands } from '../../../../src/adapters/stores/hooks/operator-commands.ts';
import { openAccount } from '../../../../src/adapters/stores/trading/accounts.ts';
import { createLedger } from '../../../../src/adapters/stores/trading/ledger.ts';
import type { User, Users } from '../../../../src/domain/accounts/user.ts';
import type { OperatorCommand, OperatorCommands } from '../../../../src/domain/hooks/operator-commands.ts';
import type { Ledger } from '../../../../src/domain/trading/ledger.ts';

const UNKNOWN_USER = '00000000-0000-4000-8000-000000000000';
/** A whole second of the past, as a signature has it: a time to come is counted as now. */
const SIGNED = Date.parse('2026-03-02T15:30:00Z');

describe.each(KINDS)('commands of operators on %s', (kind) => {
  let database: TestDatabase;
  let commands: OperatorCommands;
  let users: Users;
  let ledger: Ledger;
  let ada: User;
  let ids = 0;
  const event = (signedAt = SIGNED, digest = 'digest') => ({
    ...{ id: `event-${++ids}`, digest, signedAt },
    receivedAt: signedAt,
  });
  /** Signed in the second of SIGNED, and received so many milliseconds later. */
  const received = (ms: number) => ({ ...event(), receivedAt: SIGNED + ms });
  const halting = (halted: boolean, whom: OperatorCommand['whom'] = 'everyone'): OperatorCommand =>
    ({ kind: 'halt', whom, halted, reason: 'test', at: SIGNED }) as const;
  const standing = async () => {
    const [row] = await database.db.query<object>(
      'SELECT role, paid_tier, banned_at IS NOT NULL AS banned FROM users WHERE id = $1',
      [ada.id],
    );
    return row;
  };

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    commands = createOperatorCommands(database.db);
    ledger = createLedger(database.db);
    users = createUsers(database.db, { onCreate: (tx, user) => openAccount(tx, user.id, '1000') });
  });
  beforeEach(async () => {
    await database.db.query('DELETE FROM operator_turns');
    await database.db.query('DELETE FROM halts');
    const name = freshName();
    ada = await users.create({ username: name, name, role: 'member', passwordHash: 'none' });
  });
  afterAll(() => database.close());

  test('of one event sent thirty times at once, one has the effect and all get its answer', async () => {
    const once = event();
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => commands.carryOut(once, halting(true), { halted: true })),
    );
    expect(outcomes.filter(({ duplicate }) => !duplicate)).toEqual([
      { result: { halted: true }, duplicate: false, scope: 'everyone' },
    ]);
    expect(outcomes.map(({ result }) => result)).toEqual(Array(30).fill({ halted: true }));
  });

  test.each<[string, (value: boolean) => OperatorCommand, (value: boolean) => Promise<unknown>]>([
    [
      'halt',
      (value) => halting(value, { userId: ada.id }),
      async () => (await database.db.query('SELECT 1 FROM halts WHERE scope = $1', [ada.id])).length === 1,
    ],
    [
      'ban',
      (banned) => ({ kind: 'ban', whom: { userId: ada.id }, banned }),
      async () => (await users.findById(ada.id))?.banned,
    ],
    [
      'role',
      (value) => ({ kind: 'role', whom: { userId: ada.id }, role: value ? 'admin' : 'member' }),
      async () => (await users.findById(ada.id))?.role === 'admin',
    ],
    [
      'tier',
      (value) => ({ kind: 'tier', whom: { userId: ada.id }, tier: value ? 'INSTITUTIONAL' : 'STARTER' }),
      async () => (await users.findById(ada.id))?.tier === 'INSTITUTIONAL',
    ],
  ])(
    'a %s that was signed before the last one, or is repeated, undoes nothing',
    async (_kind, make, isSo) => {
      const first = event();
      await commands.carryOut(first, make(true), { first: true });
      expect(await isSo(true)).toBe(true);
      await commands.carryOut(event(SIGNED + 1_000), make(false), {});
      expect(await isSo(false)).toBe(false);
      expect(await commands.carryOut(first, make(true), { first: true })).toEqual({
        result: { first: true },
        duplicate: true,
        scope: null,
      });
      const late = event();
      await expect(commands.carryOut(late, make(true), {})).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await isSo(false)).toBe(false);
      // Signed anew it is a command of now, under the id that stayed free.
      expect(
        await commands.carryOut(
          { ...late, signedAt: SIGNED + 1_000, receivedAt: SIGNED + 1_100 },
          make(true),
          {},
        ),
      ).toMatchObject({
        duplicate: false,
      });
      expect(await isSo(true)).toBe(true);
    },
  );

  test('of commands of one second the one that was received later counts', async () => {
    for (const [ms, halted] of [
      [100, true],
      [300, false],
      [600, true],
    ] as const) {
      await commands.carryOut(received(ms), halting(halted), {});
      expect(await ledger.isHalted()).toBe(halted);
    }
    const late = commands.carryOut(received(400), halting(false), {});
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await ledger.isHalted()).toBe(true);
    // The next second is later, whatever the clock of the replica says that receives it.
    await commands.carryOut({ ...event(SIGNED + 1_000), receivedAt: SIGNED }, halting(false), {});
    expect(await ledger.isHalted()).toBe(false);
    await commands.carryOut({ ...event(SIGNED + 1_000), receivedAt: SIGNED + 10 }, halting(true), {});
    expect(await ledger.isHalted()).toBe(true);
  });

  test('a halt of the engine is not lifted by what was received before it in the same second', async () => {
    await ledger.halt('everyone', 'the books are wrong', SIGNED + 500);
    const late = commands.carryOut(received(200), halting(false), {});
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await ledger.isHalted()).toBe(true);
    await commands.carryOut(received(700), halting(false), {});
    expect(await ledger.isHalted()).toBe(false);
  });

  test('a turn that the release before took keeps nobody of the same second out', async () => {
    await commands.carryOut(received(500), halting(true), {});
    await database.db.query('UPDATE operator_turns SET received_at = NULL');
    await commands.carryOut(received(200), halting(false), {});
    expect(await ledger.isHalted()).toBe(false);
  });

  test('an order of signatures is kept for one kind and one user, not between them', async () => {
    await commands.carryOut(event(SIGNED + 9_000), halting(true), {});
    for (const command of [
      halting(true, { userId: ada.id }),
      { kind: 'ban', whom: { userId: ada.id }, banned: true },
      { kind: 'role', whom: { userId: ada.id }, role: 'admin' },
      { kind: 'tier', whom: { userId: ada.id }, tier: 'PROFESSIONAL' },
    ] as const)
      expect(await commands.carryOut(event(), command, {})).toMatchObject({ scope: { userId: ada.id } });
    expect(await standing()).toEqual({ role: 'admin', paid_tier: 'PROFESSIONAL', banned: true });
  });

  test('a clock that is ahead keeps nobody out', async () => {
    const ahead = Date.now() + 250_000;
    await commands.carryOut({ ...event(ahead), receivedAt: Date.now() }, halting(true), {});
    expect(await commands.carryOut(event(Date.now()), halting(false), {})).toMatchObject({
      duplicate: false,
    });
    expect(await ledger.isHalted()).toBe(false);
  });

  test('a halt of the engine is not lifted by what was signed before it', async () => {
    await ledger.halt('everyone', 'the books are wrong', SIGNED + 1_000);
    const late = commands.carryOut(event(), halting(false), {});
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await ledger.isHalted()).toBe(true);
    await commands.carryOut(event(SIGNED + 1_000), halting(false), {});
    expect(await ledger.isHalted()).toBe(false);
  });

  test('a command about an unknown user is refused, and its id stays free', async () => {
    const first = event();
    for (const whom of [{ userId: UNKNOWN_USER }, { discordUserId: '99999' }]) {
      const command = { kind: 'ban', whom, banned: true } as const;
      await expect(commands.carryOut(first, command, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await commands.carryOut(first, halting(true), {})).toMatchObject({ duplicate: false });
  });

  test('a repeat gets its answer when the Discord account has been unlinked since', async () => {
    await database.db.query("UPDATE users SET discord_user_id = '80351110224678912' WHERE id = $1", [ada.id]);
    const first = event();
    const command = {
      kind: 'tier',
      whom: { discordUserId: '80351110224678912' },
      tier: 'PROFESSIONAL',
    } as const;
    await commands.carryOut(first, command, { tier: 'PROFESSIONAL' });
    await database.db.query('UPDATE users SET discord_user_id = NULL WHERE id = $1', [ada.id]);
    expect(await commands.carryOut(first, command, {})).toMatchObject({
      result: { tier: 'PROFESSIONAL' },
      duplicate: true,
    });
  });

  test('what a bot sends uses up no id of an operator, and what the release before carried out stays so', async () => {
    const first = event();
    const report = { event: 'trade:failed', payload: {} } as never;
    await createHookInbox(database.db).trade({ id: first.id, digest: 'of a trade' }, ada.id, report);
    expect(await commands.carryOut(first, halting(true), {})).toMatchObject({ duplicate: false });

    const older = event();
    await database.db.query(
      `INSERT INTO hook_events (event_id, digest, result) VALUES ($1, $2, '{"halted":false}')`,
      [older.id, older.digest],
    );
    expect(await commands.carryOut(older, halting(false), {})).toEqual({
      result: { halted: false },
      duplicate: true,
      scope: null,
    });
    expect(await ledger.isHalted()).toBe(true);
  });

  test('an id that was used for another command is refused', async () => {
    const first = event();
    await commands.carryOut(first, halting(true), {});
    const other = commands.carryOut({ ...first, digest: 'another' }, halting(false), {});
    await expect(other).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await ledger.isHalted()).toBe(true);
  });
});

describe('a replica that hangs within a command', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase('postgres');
  });
  afterAll(() => database.close());

  /** The database as a replica sees it that stands still before its statement number `at` until it may go on. */
  const hangingAt = (at: number, reached: () => void, mayGoOn: Promise<void>): Database => ({
    ...database.db,
    transaction: (work) =>
      database.db.transaction((tx) => {
        let count = 0;
        return work({
          async query(sql, params) {
            count += 1;
            if (count === at) {
              reached();
              await mayGoOn;
            }
            return tx.query(sql, params);
          },
        });
      }),
  });

  // The look-up of the id, the claim, the turn, the effect, the answer.
  test.each([1, 2, 3, 4, 5])('before its statement %d does not undo what came later', async (at) => {
    const others = createOperatorCommands(database.db);
    const ledger = createLedger(database.db);
    const isNew = ({ duplicate }: { duplicate: boolean }) => !duplicate;
    const event = (name: string) => ({
      ...{ id: `${name}-${at}`, digest: name, signedAt: SIGNED },
      receivedAt: SIGNED,
    });
    const halt = { kind: 'halt', whom: 'everyone', halted: true, reason: 'test', at: SIGNED } as const;
    const resume = { ...halt, halted: false };
    await others.carryOut(event('earlier-halt'), halt, {});

    const [reached, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const hanging = createOperatorCommands(hangingAt(at, reached.resolve, mayGoOn.promise));
    const first = hanging.carryOut(event('resume'), resume, {}).then(isNew, () => false);
    await reached.promise;
    // It may have to wait until the server has ended the transaction that hangs.
    const retried = await others.carryOut(event('resume'), resume, {});
    const halted = await others.carryOut(event('halt'), halt, {});
    mayGoOn.resolve();
    const outcomes = [await first, isNew(retried)];
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(isNew(halted)).toBe(true);
    expect(await ledger.isHalted()).toBe(true);
  });

  // The look-up of the id, the claim, the turn.
  test.each([1, 2, 3])(
    'before its statement %d does not undo what another replica received after it in the same second',
    async (at) => {
      const others = createOperatorCommands(database.db);
      const event = (name: string, ms: number) => ({
        ...{ id: `second-${name}-${at}`, digest: name, signedAt: SIGNED },
        receivedAt: SIGNED + ms,
      });
      const halt = { kind: 'halt', whom: 'everyone', halted: true, reason: 'test', at: SIGNED } as const;
      await database.db.query('DELETE FROM operator_turns');
      await others.carryOut(event('earlier-halt', 0), halt, {});

      const [reached, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const hanging = createOperatorCommands(hangingAt(at, reached.resolve, mayGoOn.promise));
      const resume = hanging.carryOut(event('resume', 100), { ...halt, halted: false }, {});
      const refused = expect(resume).rejects.toMatchObject({ code: 'CONFLICT' });
      await reached.promise;
      expect(await others.carryOut(event('halt', 300), halt, {})).toMatchObject({ duplicate: false });
      mayGoOn.resolve();
      await refused;
      expect(await createLedger(database.db).isHalted()).toBe(true);
    },
  );
});
