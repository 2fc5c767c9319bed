import type { Watchlists } from '../../../domain/watchlist/watchlists.ts';
import type { Database } from '../../sql/database.ts';

export const createWatchlists = (db: Database): Watchlists => ({
  async find(userId) {
    const [row] = await db.query<{ symbols: string[] }>('SELECT symbols FROM watchlists WHERE user_id = $1', [
      userId,
    ]);
    return row?.symbols ?? null;
  },

  async save(userId, symbols) {
    await db.query(
      `INSERT INTO watchlists (user_id, symbols) VALUES ($1, $2)
       ON CONFLICT (user_id) DO UPDATE SET symbols = $2, updated_at = now()`,
      [userId, symbols],
    );
  },
});
