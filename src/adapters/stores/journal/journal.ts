import type {
  Appended,
  Journal,
  JournalEvent,
  JournalRecord,
  UserHead,
} from '../../../domain/journal/journal.ts';
import { createBatchLoader } from '../../../lib/batch-loader.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { Queryable } from '../../sql/database.ts';

export interface JournalHeadRow {
  user_id: string;
  epoch: string;
  seq: number;
}

type HeadRow = JournalHeadRow & { floor: number; holdings: string };

/**
 * CTEs that append the events of JSON parameter `$n` (`journalInput`) within a larger statement. `head` has each user's
 * new head. The lock of the head row serialises writers until commit: numbers have no gaps and a reader never sees 8
 * before 7. Rows to change are looked up by an array of their keys, here and elsewhere: of a JSON list the planner does not
 * know how short it is, and would rather read a whole table than look for a hundred rows.
 */
export const appendCte = (parameter: string): string => `
  incoming AS (
    SELECT * FROM ROWS FROM (json_to_recordset(${parameter}::json) AS (user_id uuid, event text, payload text))
      WITH ORDINALITY AS t (user_id, event, payload, ord)
  ),
  counted AS (SELECT user_id, count(*) AS added FROM incoming GROUP BY user_id),
  head AS (
    UPDATE journal_heads h SET seq = h.seq + c.added FROM counted c
    WHERE h.user_id = c.user_id AND h.user_id = ANY (ARRAY(SELECT user_id FROM counted))
    RETURNING h.user_id, h.epoch, h.seq, c.added
  ),
  appended AS (
    INSERT INTO journal (user_id, seq, event, payload)
    SELECT i.user_id, head.seq - head.added + row_number() OVER (PARTITION BY i.user_id ORDER BY i.ord), i.event, i.payload::json
    FROM incoming i JOIN head ON head.user_id = i.user_id
  )`;

/**
 * The JSON parameter of `appendCte`. A payload is JSON text within it:
 * Postgres refuses NUL only in JSON that it reads.
 */
export const journalInput = (events: Iterable<readonly [string, readonly JournalEvent[]]>): string =>
  JSON.stringify(
    [...events].flatMap(([userId, list]) =>
      list.map(({ event, payload }) => ({ user_id: userId, event, payload: JSON.stringify(payload) })),
    ),
  );

/** What was appended, from the rows of `head`. Throws NOT_FOUND for a user without a journal. */
export function toAppended(
  heads: readonly JournalHeadRow[],
  events: ReadonlyMap<string, readonly JournalEvent[]>,
): Appended[] {
  const byUser = new Map(heads.map((head) => [head.user_id, head]));
  return [...events].map(([userId, list]) => {
    const head = byUser.get(userId);
    if (!head) throw noSuchUser();
    const first = head.seq - list.length + 1;
    return {
      userId,
      epoch: head.epoch,
      records: list.map((entry, index) => ({ ...entry, seq: first + index })),
    };
  });
}

const noSuchUser = (): TradecastError => new TradecastError('NOT_FOUND', 'There is no such user.');

/** Appends the events of its one parameter and answers with the new heads. */
export const APPEND = `WITH ${appendCte('$1')} SELECT user_id, epoch, seq FROM head`;

/** Users per query when thousands of clients subscribe at once. */
const MAX_BATCH = 500;

const toHead = ({ epoch, seq, floor, holdings }: HeadRow): UserHead => ({ epoch, seq, floor, holdings });

/**
 * A text that changes with the account (the row of `accounts` under this name) and with its reported portfolio: `xmin`
 * is the transaction that wrote the row, and every fill changes the cash.
 */
export const holdingsVersion = (account: string): string =>
  `concat(${account}.xmin, ':', (SELECT e.xmin FROM external_portfolios e WHERE e.user_id = ${account}.user_id))`;

export function createJournal(db: Queryable): Journal {
  const heads: Journal['heads'] = async (userIds) => {
    const rows = await db.query<HeadRow>(
      `SELECT h.user_id, h.epoch, h.seq, h.floor, ${holdingsVersion('a')} AS holdings
       FROM journal_heads h LEFT JOIN accounts a ON a.user_id = h.user_id WHERE h.user_id = ANY ($1::uuid[])`,
      [userIds],
    );
    return new Map(rows.map((row) => [row.user_id, toHead(row)]));
  };

  const headOf = createBatchLoader(heads, MAX_BATCH);

  return {
    heads,
    async head(userId) {
      const head = await headOf(userId);
      if (!head) throw noSuchUser();
      return head;
    },
    async readAfter(userId, after, limit) {
      const records = await db.query<JournalRecord>(
        'SELECT seq, event, payload FROM journal WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT $3',
        [userId, after, limit],
      );
      return records.map(withMessage);
    },
    async endEpoch(userId, epoch) {
      await db.query(
        'UPDATE journal_heads SET epoch = gen_random_uuid()::text WHERE user_id = $1 AND epoch = $2',
        [userId, epoch],
      );
    },
  };
}

/** A failure that was stored before failures had a `message` has it as well. */
function withMessage(record: JournalRecord): JournalRecord {
  if (record.event !== 'trade:failed') return record;
  return { ...record, payload: { ...record.payload, message: record.payload.error } };
}
