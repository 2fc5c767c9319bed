/** What operators decide about a user. Each is part of the caller's transaction and leaves an unknown user alone. */
import type { Role } from '../../../protocol/accounts.ts';
import type { Tier } from '../../../protocol/tier.ts';
import type { Queryable } from '../../sql/database.ts';

/** Locked in one order everywhere: replicas that keep them alive and one that ends them must not deadlock. */
export const SESSIONS_OF = "SELECT sid FROM session WHERE sess ->> 'userId' = $1 ORDER BY sid FOR UPDATE";

/** A ban also ends every session of the user; the time of the first one stays. */
export async function setBan(tx: Queryable, userId: string, banned: boolean): Promise<void> {
  await tx.query(
    'UPDATE users SET banned_at = CASE WHEN $2 THEN coalesce(banned_at, now()) END WHERE id = $1',
    [userId, banned],
  );
  if (banned) await tx.query(`DELETE FROM session WHERE sid = ANY (ARRAY(${SESSIONS_OF}))`, [userId]);
}

/** "tier" is what replicas of the release before read. */
export const setRole = (tx: Queryable, userId: string, role: Role): Promise<unknown> =>
  tx.query('UPDATE users SET role = $2, tier = $2 WHERE id = $1', [userId, role]);

export const setTier = (tx: Queryable, userId: string, tier: Tier): Promise<unknown> =>
  tx.query('UPDATE users SET paid_tier = $2 WHERE id = $1', [userId, tier]);
