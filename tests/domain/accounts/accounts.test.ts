import { beforeEach, describe, expect, test } from '@jest/globals';
import { type AccountUsers, createAccounts } from '../../../src/domain/accounts/accounts.ts';
import { hashPassword, verifyPassword } from '../../../src/domain/accounts/passwords.ts';
import type { NewUser, User } from '../../../src/domain/accounts/user.ts';
import { foldUsername } from '../../../src/domain/accounts/username.ts';
import { TradecastError } from '../../../src/protocol/errors.ts';

const PASSWORD = 'correct horse battery';

describe('password hashes', () => {
  test('are argon2id PHC strings with the parameters of OWASP and a salt of their own', async () => {
    const [first, second] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(second).not.toBe(first);
    expect(await verifyPassword(PASSWORD, first)).toBe(true);
    expect(await verifyPassword(`${PASSWORD} `, first)).toBe(false);
  });

  test('made elsewhere with other parameters still verify', async () => {
    // From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
    const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword('password', known)).toBe(true);
    expect(await verifyPassword('passwore', known)).toBe(false);
  });

  test('are the same for one password typed as different code points', async () => {
    const hash = await hashPassword('caf\u00e9 au lait');
    expect(await verifyPassword('cafe\u0301 au lait', hash)).toBe(true);
  });

  test('that are none are an error and never a match', async () => {
    for (const broken of ['', 'plain', '$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA'])
      await expect(verifyPassword(PASSWORD, broken)).rejects.toThrow('not an argon2id PHC string');
  });

  test('leave the event loop free, and refuse to pile up without end', async () => {
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    const answers = await Promise.allSettled(
      Array.from({ length: 103 }, () => verifyPassword(PASSWORD, null)),
    );
    clearInterval(counting);
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
    expect(turns).toBeGreaterThan(50);
  });
});

describe('accounts', () => {
  let stored: Map<string, User & { passwordHash: string }>;
  const users: AccountUsers = {
    async create(user: NewUser) {
      const { passwordHash, ...rest } = user;
      const created: User = { ...rest, id: `id of ${user.username}`, tier: 'STARTER', banned: false };
      stored.set(foldUsername(user.username)!, { ...created, passwordHash });
      return created;
    },
    findByUsername: async (username) => stored.get(foldUsername(username) ?? '') ?? null,
    async holdsPassword(id, passwordHash) {
      return [...stored.values()].some((user) => user.id === id && user.passwordHash === passwordHash);
    },
    async changePassword(id, { expected, passwordHash }) {
      const found = [...stored].find(([, user]) => user.id === id && user.passwordHash === expected);
      if (!found) throw new TradecastError('INVALID_CREDENTIALS', 'changed');
      stored.set(found[0], { ...found[1], passwordHash });
      return ['another session'];
    },
  };
  const accounts = createAccounts({ users });
  let undone = 0;
  const session = { begin: async (user: User) => user, undo: async () => void undone++ };
  beforeEach(() => {
    stored = new Map();
  });

  test('a new user is a member who is named by the user name unless another name is given', async () => {
    expect(await accounts.register({ username: 'ada', password: PASSWORD })).toEqual({
      id: 'id of ada',
      username: 'ada',
      name: 'ada',
      role: 'member',
      tier: 'STARTER',
      banned: false,
    });
    const named = await accounts.register({ username: 'grace', password: PASSWORD, name: 'Grace Hopper' });
    expect(named.name).toBe('Grace Hopper');
  });

  test('the right password gives the user and never the hash', async () => {
    const user = await accounts.register({ username: 'ada', password: PASSWORD });
    expect(await accounts.verify('ADA', PASSWORD)).toEqual(user);
    expect(await accounts.login({ username: 'ada', password: PASSWORD }, session)).toEqual(user);
  });

  test('a wrong password, an unknown name and a banned user are one and the same answer', async () => {
    const user = await accounts.register({ username: 'ada', password: PASSWORD });
    await accounts.register({ username: 'mallory', password: PASSWORD });
    stored.set('mallory', { ...stored.get('mallory')!, banned: true });
    for (const [username, password] of [
      ['ada', 'wrong horse battery'],
      ['nobody', PASSWORD],
      ['mallory', PASSWORD],
      ['ada\0', PASSWORD],
    ] as const) {
      await expect(accounts.login({ username, password }, session)).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
        message: 'The user name or the password is wrong.',
      });
    }
    expect(await accounts.verify('ada', PASSWORD)).toEqual(user);
  });

  test('a password is changed with the current one, and counts from then on', async () => {
    const user = await accounts.register({ username: 'ada', password: PASSWORD });
    const change = { currentPassword: PASSWORD, newPassword: 'staple battery horse' };
    expect(await accounts.changePassword(user, change, 'mine')).toEqual(['another session']);
    await expect(accounts.changePassword(user, change, 'mine')).rejects.toMatchObject({
      code: 'INVALID_CREDENTIALS',
      message: 'The current password is wrong.',
    });
    expect(await accounts.verify('ada', PASSWORD)).toBeNull();
    expect(await accounts.verify('ada', change.newPassword)).toEqual(user);
  });

  test('a login during which the password is changed begins nothing that stays', async () => {
    const user = await accounts.register({ username: 'ada', password: PASSWORD });
    const begin = async (): Promise<void> => {
      await accounts.changePassword(user, { currentPassword: PASSWORD, newPassword: 'a newer one' }, 'mine');
    };
    const login = accounts.login({ username: 'ada', password: PASSWORD }, { ...session, begin });
    await expect(login).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(undone).toBe(1);
  });

  test('an unknown user takes as long as a wrong password', async () => {
    await accounts.register({ username: 'ada', password: PASSWORD });
    const time = async (username: string): Promise<number> => {
      const started = performance.now();
      await accounts.verify(username, 'wrong horse battery');
      return performance.now() - started;
    };
    const times: { known: number; unknown: number }[] = [];
    // In turn, so that a machine that becomes busy delays both.
    for (let run = 0; run < 9; run++) times.push({ known: await time('ada'), unknown: await time('nobody') });
    const median = (of: 'known' | 'unknown'): number =>
      times.map((each) => each[of]).sort((a, b) => a - b)[4]!;
    const [known, unknown] = [median('known'), median('unknown')];
    // Without the dummy hash it would be a thousand times faster.
    expect(unknown / known).toBeGreaterThan(0.2);
    expect(unknown / known).toBeLessThan(5);
  });
});
