import type { DiscordLinkStore } from '../../../domain/hooks/discord-links.ts';
import type { Database } from '../../sql/database.ts';

export const createDiscordLinkStore = (db: Database): DiscordLinkStore => ({
  async saveCode(userId, { code, expiresAt }) {
    await db.query(
      `INSERT INTO discord_link_codes (user_id, code, expires_at) VALUES ($1, $2, $3)
       ON CONFLICT (user_id) DO UPDATE SET code = $2, expires_at = $3`,
      [userId, code, new Date(expiresAt)],
    );
  },

  async find(userId) {
    const [user] = await db.query<{ discord_user_id: string | null }>(
      'SELECT discord_user_id FROM users WHERE id = $1',
      [userId],
    );
    return user?.discord_user_id ?? null;
  },

  async unlink(userId) {
    await db.transaction(async (tx) => {
      await tx.query('DELETE FROM discord_link_codes WHERE user_id = $1', [userId]);
      await tx.query('UPDATE users SET discord_user_id = NULL WHERE id = $1', [userId]);
    });
  },
});
