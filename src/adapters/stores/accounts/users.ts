import { randomUUID } from 'node:crypto';
import type { User, Users } from '../../../domain/accounts/user.ts';
import { foldUsername } from '../../../domain/accounts/username.ts';
import type { Role } from '../../../protocol/accounts.ts';
import { sessionEnded, TradecastError } from '../../../protocol/errors.ts';
import type { Tier } from '../../../protocol/tier.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { isUniqueViolation } from '../../sql/errors.ts';
import { SESSIONS_OF, setRole } from './standing.ts';
import { createTiers } from './tiers.ts';

export interface UsersOptions {
  /** Creates what else a new user must have (an account, a journal), in the same transaction. */
  readonly onCreate?: (tx: Queryable, user: User) => Promise<unknown>;
}

interface UserRow {
  id: string;
  username: string;
  name: string;
  role: Role;
  paid_tier: Tier;
  banned_at: Date | null;
  password_hash: string;
}

const rowToUser = ({ id, username, name, role, paid_tier, banned_at }: UserRow): User => ({
  id,
  username,
  name,
  role,
  tier: paid_tier,
  banned: banned_at !== null,
});

const COLUMNS = 'id, username, name, role, paid_tier, banned_at, password_hash';

// The exact spelling first: an older release has let two spellings in, where the locale of the database has another fold.
const BY_NAME = `SELECT ${COLUMNS} FROM users WHERE lower(username COLLATE "C") = $1
  ORDER BY username = $2 DESC, created_at, id LIMIT 1`;
/** Two rules of one thing: the first is that of the releases before, which fold as the locale does. */
const NAME_RULES = ['users_username_key', 'users_folded_name'];

export function createUsers(db: Database, { onCreate }: UsersOptions = {}): Users {
  const findOne = async (condition: string, value: string): Promise<UserRow | undefined> => {
    const [row] = await db.query<UserRow>(`SELECT ${COLUMNS} FROM users WHERE ${condition}`, [value]);
    return row;
  };

  return {
    async create({ username, name, role, passwordHash }) {
      const user: User = { id: randomUUID(), username, name, role, tier: 'STARTER', banned: false };
      try {
        await db.transaction(async (tx) => {
          await tx.query(
            `INSERT INTO users (id, username, name, role, tier, paid_tier, password_hash)
             VALUES ($1, $2, $3, $4, $4, $5, $6)`,
            [user.id, username, name, role, user.tier, passwordHash],
          );
          await onCreate?.(tx, user);
        });
      } catch (error) {
        if (!NAME_RULES.some((rule) => isUniqueViolation(error, rule))) throw error;
        throw new TradecastError('USERNAME_TAKEN', 'This user name is taken. Choose another one.', {
          cause: error,
        });
      }
      return user;
    },

    async findById(id) {
      const row = await findOne('id = $1', id);
      return row ? rowToUser(row) : null;
    },

    async findByDiscordId(discordUserId) {
      const row = await findOne('discord_user_id = $1', discordUserId);
      return row ? rowToUser(row) : null;
    },

    async findByUsername(username) {
      const folded = foldUsername(username);
      if (folded === null) return null;
      const [row] = await db.query<UserRow>(BY_NAME, [folded, username]);
      return row ? { ...rowToUser(row), passwordHash: row.password_hash } : null;
    },

    async holdsPassword(id, passwordHash) {
      const rows = await db.query(
        'SELECT id FROM users WHERE id = $1 AND password_hash = $2 AND banned_at IS NULL FOR SHARE',
        [id, passwordHash],
      );
      return rows.length > 0;
    },

    changePassword: (id, change) => db.transaction((tx) => changePassword(tx, id, change)),

    async setRole(id, role) {
      await setRole(db, id, role);
    },

    ...createTiers(db),
  };
}

/** Answers with the ids of the sessions that it ended. */
async function changePassword(
  tx: Queryable,
  id: string,
  { expected, passwordHash, keepSession }: Parameters<Users['changePassword']>[1],
): Promise<string[]> {
  const changed = await tx.query(
    `UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $3 AND banned_at IS NULL
     RETURNING id`,
    [id, passwordHash, expected],
  );
  if (changed.length === 0)
    throw new TradecastError('INVALID_CREDENTIALS', 'The password was changed a moment ago.');
  const sessions = await tx.query<{ sid: string }>(SESSIONS_OF, [id]);
  const ended = sessions.map(({ sid }) => sid).filter((sid) => sid !== keepSession);
  if (ended.length === sessions.length) throw sessionEnded();
  await tx.query('DELETE FROM session WHERE sid = ANY ($1)', [ended]);
  return ended;
}
