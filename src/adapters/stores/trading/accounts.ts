import { randomBytes } from 'node:crypto';
import type { Account } from '../../../domain/trading/holdings.ts';
import { noSuchAccount } from '../../../domain/trading/refusal.ts';
import type { Queryable } from '../../sql/database.ts';
import { ACCOUNT_COLUMNS, type AccountRow, toAccount } from './rows.ts';

/** In the order of the ids, and in a statement of its own: only what is read under the locks is sure to be current. */
const LOCK_ACCOUNTS = `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE user_id = ANY ($1::uuid[])
  ORDER BY user_id FOR NO KEY UPDATE`;

/** Locks the accounts until the end of the transaction; by user id, without users who have none. */
export async function lockAccounts(
  tx: Queryable,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, Account>> {
  const rows = await tx.query<AccountRow>(LOCK_ACCOUNTS, [userIds]);
  return new Map(rows.map((row) => [row.user_id, toAccount(row)]));
}

/** Throws NOT_FOUND. */
export async function lockAccount(tx: Queryable, userId: string): Promise<Account> {
  const account = (await lockAccounts(tx, [userId])).get(userId);
  if (!account) throw noSuchAccount();
  return account;
}

/** What every user must have: an account with its starting cash (dollars, decimal text) and an empty journal. */
export async function openAccount(
  tx: Queryable,
  userId: string,
  startingCash: string | number,
): Promise<void> {
  await tx.query(
    `WITH a AS (INSERT INTO accounts (user_id, deposits, cash) VALUES ($1, $2, $2))
     INSERT INTO journal_heads (user_id, epoch) VALUES ($1, $3)`,
    [userId, String(startingCash), randomBytes(9).toString('base64url')],
  );
}
