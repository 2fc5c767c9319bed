import type { HookEvent, HookInbox } from '../../../domain/hooks/hook-inbox.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { isUniqueViolation } from '../../sql/errors.ts';
import { appendCte, type JournalHeadRow, journalInput, toAppended } from '../journal/journal.ts';
import { claim, earlier, find, once } from './events.ts';
import { replaceExternalPortfolio } from './external-portfolio.ts';

// The busiest hook: id and journal rows in one statement, which is its own transaction. A used id fails all of it.
const TRADE = `WITH ${appendCte('$1')},
  claimed AS (
    INSERT INTO hook_events (event_id, digest, result)
    SELECT $2::text, $3::text, jsonb_build_object('seq', seq) FROM head
  )
  SELECT user_id, epoch, seq FROM head`;

// A repeat that was refused may have freed the id while this one was at work.
const CLOSE = `INSERT INTO hook_events AS e (event_id, digest, result) VALUES ($1, $2, $3)
  ON CONFLICT (event_id) DO UPDATE SET result = excluded.result WHERE e.digest = excluded.digest`;

export function createHookInbox(db: Database): HookInbox {
  return {
    async trade(event, userId, report) {
      const events = new Map([[userId, [report]]]);
      try {
        const heads = await db.query<JournalHeadRow>(TRADE, [journalInput(events), event.id, event.digest]);
        const appended = toAppended(heads, events)[0]!;
        return { result: { seq: appended.records[0]!.seq }, duplicate: false, appended };
      } catch (error) {
        if (!isUniqueViolation(error, 'hook_events_pkey')) throw error;
        const { result } = await earlier<{ seq: number }>(db, event);
        return { result: result!, duplicate: true, appended: null };
      }
    },

    portfolio: (event, userId, { portfolio, skipped }) =>
      db.transaction((tx) =>
        once(tx, event, async () => {
          const applied = await replaceExternalPortfolio(tx, userId, portfolio);
          return { timestamp: portfolio.timestamp, applied, ...skipped };
        }),
      ),

    link: (event, { code, discordUserId, now }) =>
      db.transaction((tx) =>
        once(tx, event, async () => {
          const [used] = await tx.query<{ user_id: string }>(
            'DELETE FROM discord_link_codes WHERE code = $1 AND expires_at > $2 RETURNING user_id',
            [code, new Date(now)],
          );
          if (!used)
            throw new TradecastError('NOT_FOUND', 'The code is unknown or has expired. Ask for a new one.');
          return { username: await link(tx, used.user_id, discordUserId) };
        }),
      ),

    async find<T extends object>(event: HookEvent) {
      const first = await find<T>(db, event);
      return first && { userId: first.user_id, result: first.result };
    },

    async open(event, userId) {
      const first = await claim(db, event, userId);
      return {
        userId: first?.user_id ?? userId,
        alreadyClosed: first !== null && first.result !== null,
      };
    },

    async release(event) {
      await db.query('DELETE FROM hook_events WHERE event_id = $1 AND digest = $2 AND result IS NULL', [
        event.id,
        event.digest,
      ]);
    },

    async close(event, result) {
      await db.query(CLOSE, [event.id, event.digest, JSON.stringify(result)]);
    },
  };
}

async function link(tx: Queryable, userId: string, discordUserId: string): Promise<string> {
  try {
    const [user] = await tx.query<{ username: string }>(
      'UPDATE users SET discord_user_id = $2 WHERE id = $1 RETURNING username',
      [userId, discordUserId],
    );
    return user!.username;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new TradecastError(
      'CONFLICT',
      'This Discord account is linked to another user. Unlink it there first.',
    );
  }
}
