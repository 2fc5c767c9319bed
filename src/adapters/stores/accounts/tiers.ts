import type { TierChanges, TierMark, Users } from '../../../domain/accounts/user.ts';
import type { Tier } from '../../../protocol/tier.ts';
import type { Database } from '../../sql/database.ts';

/**
 * The numbers of transactions, because no sequence is in the order of commits: a change with a lower number may be
 * committed after one with a higher. `pg_snapshot_xmin` is the oldest transaction that had not ended when the statement
 * looked, so everything that the statement did not see has this number or a higher one.
 *
 * The numbers of a server that was started again, or that took over, may begin lower: the mark names the start of the
 * server. A number from the future came with a backup, and is no change.
 */
const CHANGES = `WITH now AS (
    SELECT extract(epoch FROM pg_postmaster_start_time())::text AS server,
      pg_snapshot_xmin(s) AS oldest, pg_snapshot_xmax(s) AS next
    FROM pg_current_snapshot() s)
  SELECT now.server, now.oldest::text, ARRAY(
    SELECT u.id::text FROM users u
    WHERE now.server = $1 AND u.tier_changed_in >= $2::xid8 AND u.tier_changed_in < now.next) AS changed
  FROM now`;

/** Tiers of users, and whose changed. */
export const createTiers = (db: Pick<Database, 'query'>): Pick<Users, 'tiers' | 'tierChanges'> => ({
  async tiers(ids) {
    const rows = await db.query<{ id: string; paid_tier: Tier }>(
      'SELECT id, paid_tier FROM users WHERE id = ANY ($1::uuid[])',
      [ids],
    );
    return new Map(rows.map(({ id, paid_tier }) => [id, paid_tier]));
  },
  async tierChanges(since): Promise<TierChanges> {
    const [row] = await db.query<TierMark & { changed: readonly string[] }>(CHANGES, [
      since?.server ?? null,
      since?.oldest ?? null,
    ]);
    if (!row) throw new Error('the changes of tiers could not be read');
    const { server, oldest, changed } = row;
    return { mark: { server, oldest }, changed: server === since?.server ? changed : null };
  },
});
