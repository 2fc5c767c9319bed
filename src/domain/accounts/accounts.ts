import { TradecastError } from '../../protocol/errors.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import type { User, Users } from './user.ts';

/** Registration, login and passwords. */
export interface Accounts {
  /** Creates a member; the name defaults to the user name. Throws USERNAME_TAKEN. */
  register(request: { username: string; password: string; name?: string }): Promise<User>;
  /** The user of these credentials, or null after the same time for a wrong password, an unknown and a banned user. */
  verify(username: string, password: string): Promise<User | null>;
  /**
   * Begins a session for the user of these credentials and answers with what `begin` gives. Throws
   * INVALID_CREDENTIALS, also where the password was changed meanwhile: that change could not end a session that
   * had not begun, so it is undone.
   */
  login<T>(
    request: { username: string; password: string },
    session: { begin(user: User): Promise<T>; undo(): Promise<void> },
  ): Promise<T>;
  /**
   * Replaces the password and ends every session of the user except `keepSession`; answers with the ids of the
   * ended ones. Throws INVALID_CREDENTIALS, UNAUTHENTICATED where the session to keep has ended.
   */
  changePassword(
    user: User,
    request: { currentPassword: string; newPassword: string },
    keepSession: string,
  ): Promise<string[]>;
}

export type AccountUsers = Pick<Users, 'create' | 'findByUsername' | 'holdsPassword' | 'changePassword'>;

export function createAccounts({ users }: { users: AccountUsers }): Accounts {
  async function find(username: string, password: string): Promise<(User & { passwordHash: string }) | null> {
    const found = await users.findByUsername(username);
    const matches = await verifyPassword(password, found?.passwordHash ?? null);
    return found && matches && !found.banned ? found : null;
  }
  const wrong = (message: string): TradecastError => new TradecastError('INVALID_CREDENTIALS', message);

  return {
    async register({ username, password, name = username }) {
      return users.create({ username, name, role: 'member', passwordHash: await hashPassword(password) });
    },
    async verify(username, password) {
      const found = await find(username, password);
      return found && withoutHash(found);
    },
    async login({ username, password }, { begin, undo }) {
      const found = await find(username, password);
      if (!found) throw wrong('The user name or the password is wrong.');
      const begun = await begin(withoutHash(found));
      if (await users.holdsPassword(found.id, found.passwordHash)) return begun;
      await undo();
      throw wrong('The user name or the password is wrong.');
    },
    async changePassword({ id, username }, { currentPassword, newPassword }, keepSession) {
      const found = await find(username, currentPassword);
      if (!found) throw wrong('The current password is wrong.');
      const passwordHash = await hashPassword(newPassword);
      return users.changePassword(id, { expected: found.passwordHash, passwordHash, keepSession });
    },
  };
}

function withoutHash({ passwordHash: _, ...user }: User & { passwordHash: string }): User {
  return user;
}
