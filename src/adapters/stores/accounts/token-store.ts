import { hashSessionId } from '../../../domain/accounts/session.ts';
import type { TokenStore } from '../../../domain/accounts/socket-tokens.ts';
import type { Database } from '../../sql/database.ts';

export interface PrunedTokenStore extends TokenStore {
  /** Forgets tokens that nobody can use any more; `now` is milliseconds since epoch. */
  prune(now: number): Promise<void>;
}

/** Tokens that are removed by one statement. */
const PIECE = 1_000;
/** Replicas that prune at once skip each other's rows. */
const PRUNE = `DELETE FROM socket_tokens WHERE id = ANY (ARRAY(
    SELECT id FROM socket_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT ${PIECE} FOR UPDATE SKIP LOCKED))
  RETURNING 1`;

export const createTokenStore = (db: Database): PrunedTokenStore => ({
  async claim(tokenId, expiresAt) {
    const claimed = await db.query(
      'INSERT INTO socket_tokens (id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id',
      [tokenId, new Date(expiresAt)],
    );
    return claimed.length === 1;
  },

  async findSession(userId, sessionHash) {
    // By user, which has an index: a user has few sessions.
    const rows = await db.query<{ sid: string }>("SELECT sid FROM session WHERE sess ->> 'userId' = $1", [
      userId,
    ]);
    return rows.find(({ sid }) => hashSessionId(sid) === sessionHash)?.sid ?? null;
  },

  async prune(now) {
    let removed: unknown[];
    do removed = await db.query(PRUNE, [new Date(now)]);
    while (removed.length === PIECE);
  },
});
