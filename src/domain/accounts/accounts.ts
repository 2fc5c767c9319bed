import { TradecastError } from '../../protocol/errors.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import type { User, Users } from './user.ts';

/** Who may sign in. */
export interface Accounts {
  /** Creates a member; the name defaults to the user name. Throws USERNAME_TAKEN. */
  register(request: { username: string; password: string; name?: string }): Promise<User>;
  /** The user of these credentials, or null after the same time for a wrong password, an unknown and a banned user. */
  verify(username: string, password: string): Promise<User | null>;
  /** `verify` that throws INVALID_CREDENTIALS instead of answering null. */
  login(request: { username: string; password: string }): Promise<User>;
}

export function createAccounts({ users }: { users: Pick<Users, 'create' | 'findByUsername'> }): Accounts {
  async function verify(username: string, password: string): Promise<User | null> {
    const found = await users.findByUsername(username);
    const matches = await verifyPassword(password, found?.passwordHash ?? null);
    if (!found || !matches || found.banned) return null;
    const { passwordHash: _, ...user } = found;
    return user;
  }

  return {
    async register({ username, password, name = username }) {
      return users.create({ username, name, tier: 'member', passwordHash: await hashPassword(password) });
    },
    verify,
    async login({ username, password }) {
      const user = await verify(username, password);
      if (!user) throw new TradecastError('INVALID_CREDENTIALS', 'The user name or the password is wrong.');
      return user;
    },
  };
}
