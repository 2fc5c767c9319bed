import type { HookEvent, HookInbox, HookOutcome } from '../../../domain/hooks/hook-inbox.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { isUniqueViolation } from '../../sql/errors.ts';
import { appendCte, type JournalHeadRow, journalInput, toAppended } from '../journal/journal.ts';
import { replaceExternalPortfolio } from './external-portfolio.ts';

interface EventRow<T> {
  digest: string;
  result: T | null;
}

/** The row of the first event with this id. Throws CONFLICT where that was another event. */
async function earlier<T>(tx: Queryable, event: HookEvent): Promise<EventRow<T>> {
  const [row] = await tx.query<EventRow<T>>('SELECT digest, result FROM hook_events WHERE event_id = $1', [
    event.id,
  ]);
  if (row?.digest !== event.digest) {
    throw new TradecastError(
      'CONFLICT',
      'This eventId was used for another event. Every event needs its own.',
    );
  }
  return row;
}

/**
 * Claims the id and answers null, or answers with the row of the event that claimed it first. A second sender of
 * the same id waits here until the first has committed or rolled back.
 */
async function claim<T>(tx: Queryable, event: HookEvent): Promise<EventRow<T> | null> {
  const claimed = await tx.query(
    'INSERT INTO hook_events (event_id, digest) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id',
    [event.id, event.digest],
  );
  return claimed.length > 0 ? null : earlier<T>(tx, event);
}

const finish = (tx: Queryable, event: HookEvent, result: object): Promise<unknown> =>
  tx.query('UPDATE hook_events SET result = $2 WHERE event_id = $1', [event.id, JSON.stringify(result)]);

// The busiest hook: id and journal rows in one statement, which is its own transaction. A used id fails all of it.
const TRADE = `WITH ${appendCte('$1')},
  claimed AS (
    INSERT INTO hook_events (event_id, digest, result)
    SELECT $2::text, $3::text, jsonb_build_object('seq', seq) FROM head
  )
  SELECT user_id, epoch, seq FROM head`;

export function createHookInbox(db: Database): HookInbox {
  /** `work` runs at most once, ever, for each event id. */
  const once = <T extends object>(
    event: HookEvent,
    work: (tx: Queryable) => Promise<T>,
  ): Promise<HookOutcome<T>> =>
    db.transaction(async (tx) => {
      const first = await claim<T>(tx, event);
      if (first?.result) return { result: first.result, duplicate: true };
      const result = await work(tx);
      await finish(tx, event, result);
      return { result, duplicate: false };
    });

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

    portfolio: (event, userId, portfolio) =>
      once(event, async (tx) => {
        await replaceExternalPortfolio(tx, userId, portfolio);
        return { timestamp: portfolio.timestamp };
      }),

    link: (event, { code, discordUserId, now }) =>
      once(event, async (tx) => {
        const [used] = await tx.query<{ user_id: string }>(
          'DELETE FROM discord_link_codes WHERE code = $1 AND expires_at > $2 RETURNING user_id',
          [code, new Date(now)],
        );
        if (!used)
          throw new TradecastError('NOT_FOUND', 'The code is unknown or has expired. Ask for a new one.');
        return { username: await link(tx, used.user_id, discordUserId) };
      }),

    async open(event) {
      const first = await claim(db, event);
      return { alreadyClosed: first !== null && first.result !== null };
    },

    async close(event, result) {
      await finish(db, event, result);
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
