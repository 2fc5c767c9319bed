import { type KnownRevision, ruleOn } from '../../../domain/signals/rules.ts';
import {
  nameOf,
  type SentSignal,
  type SignalRecord,
  streamOf,
  toContent,
} from '../../../domain/signals/signal.ts';
import type {
  AppendedSignals,
  SignalHead,
  SignalLog,
  SignalOutcome,
  SignalQuery,
} from '../../../domain/signals/signal-log.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import { SIGNAL_STREAMS, type SignalStream } from '../../../protocol/signals.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { readPage } from './page.ts';
import { SIGNAL_COLUMNS, type SignalRow, toInput, toRecord, toSignal } from './rows.ts';

interface HeadRow {
  stream: SignalStream;
  epoch: string;
  seq: number;
}
type KnownRow = KnownRevision & { source: string; id: string };

/**
 * Locks both streams, in one order everywhere: one writer at a time numbers without gaps, a reader never sees 8 before 7,
 * and no other revision of a signal is accepted while one is decided on.
 */
const LOCK = 'SELECT stream, epoch, seq FROM signal_streams ORDER BY stream FOR UPDATE';

/** The rows of its first parameter, and the heads of its second. */
const INSERT = `WITH head AS (
    UPDATE signal_streams h SET seq = i.seq FROM json_to_recordset($2::json) AS i (stream text, seq bigint)
    WHERE h.stream = i.stream)
  INSERT INTO signals (stream, seq, source, id, revision, digest, symbol, action, price, stop_price, target_price,
    quantity, confidence, author, words, expires_at, said_at, received_at, accepted_at)
  SELECT i.*, clock_timestamp() FROM json_to_recordset($1::json) AS i (stream text, seq bigint, source text, id text,
    revision integer, digest text, symbol text, action text, price numeric, stop_price numeric, target_price numeric,
    quantity numeric, confidence numeric, author text, words text, expires_at timestamptz, said_at timestamptz,
    received_at timestamptz)`;

export function createSignalLog(db: Database): SignalLog {
  const headsOf = async (streams: readonly SignalStream[]): Promise<Map<SignalStream, SignalHead>> => {
    const rows = await db.query<HeadRow>(
      'SELECT stream, epoch, seq FROM signal_streams WHERE stream = ANY ($1::text[])',
      [streams],
    );
    return new Map(rows.map(({ stream, epoch, seq }) => [stream, { epoch, seq, floor: 0 }]));
  };

  return {
    append: (signals, now) => db.transaction((tx) => append(tx, signals, now)),
    heads: () => headsOf(SIGNAL_STREAMS),
    async head(stream) {
      const head = (await headsOf([stream])).get(stream);
      if (!head) throw new Error(`there is no stream ${stream}`);
      return head;
    },
    async readAfter(stream, after, limit) {
      const rows = await db.query<SignalRow>(
        `SELECT ${SIGNAL_COLUMNS} FROM signals s WHERE s.stream = $1 AND s.seq > $2 ORDER BY s.seq LIMIT $3`,
        [stream, after, limit],
      );
      return rows.map(toRecord);
    },
    async endEpoch(stream, epoch) {
      await db.query(
        'UPDATE signal_streams SET epoch = gen_random_uuid()::text WHERE stream = $1 AND epoch = $2',
        [stream, epoch],
      );
    },
    list: (query) => list(db, query),
  };
}

async function append(tx: Queryable, signals: readonly SentSignal[], now: number) {
  const streams = new Map((await tx.query<HeadRow>(LOCK, [])).map((row) => [row.stream, { ...row }]));
  const known = await revisionsOf(tx, signals);
  const appended = new Map<SignalStream, SignalRecord[]>();
  const inputs: ReturnType<typeof toInput>[] = [];

  const decide = (signal: SentSignal): SignalOutcome => {
    const { body, digest } = signal;
    const revisions = known.get(nameOf(body)) ?? [];
    const ruling = ruleOn(signal, revisions, now);
    if (ruling === 'duplicate') return { duplicate: true };
    const head = streams.get(streamOf(body))!;
    head.seq += 1;
    inputs.push(toInput(signal, head.seq));
    const records = appended.get(head.stream) ?? [];
    const { receivedAt } = signal;
    records.push({ seq: head.seq, event: `signal:${ruling}`, payload: toContent(body), receivedAt });
    appended.set(head.stream, records);
    known.set(nameOf(body), [...revisions, { revision: body.revision, digest, premium: body.premium }]);
    return { duplicate: false };
  };

  const outcomes = signals.map((signal): SignalOutcome => {
    try {
      return decide(signal);
    } catch (error) {
      if (error instanceof TradecastError) return error;
      throw error;
    }
  });
  if (inputs.length > 0)
    await tx.query(INSERT, [JSON.stringify(inputs), JSON.stringify([...streams.values()])]);
  return {
    outcomes,
    appended: SIGNAL_STREAMS.flatMap((stream): AppendedSignals[] => {
      const records = appended.get(stream);
      return records ? [{ stream, epoch: streams.get(stream)!.epoch, records }] : [];
    }),
  };
}

/** Every accepted revision of these signals, by their names. */
async function revisionsOf(
  tx: Queryable,
  signals: readonly SentSignal[],
): Promise<Map<string, readonly KnownRevision[]>> {
  const rows = await tx.query<KnownRow>(
    `SELECT s.source, s.id, s.revision, s.digest, s.stream = 'premium' AS premium
     FROM signals s JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS t (source, id)) i
       ON s.source = i.source AND s.id = i.id`,
    [signals.map(({ body }) => body.source), signals.map(({ body }) => body.id)],
  );
  return new Map<string, readonly KnownRevision[]>(Map.groupBy(rows, nameOf));
}

/** The subqueries of a row stay with the row: as a join, one could read through the signals of all streams. */
const LISTED = `${SIGNAL_COLUMNS}, (SELECT h.epoch FROM signal_streams h WHERE h.stream = s.stream) AS epoch`;
const IS_NEWEST_REVISION =
  's.revision = (SELECT max(r.revision) FROM signals r WHERE r.source = s.source AND r.id = s.id)';

async function list(db: Queryable, query: SignalQuery): ReturnType<SignalLog['list']> {
  const rows = await readPage<SignalRow & { epoch: string }>(db, LISTED, query, [IS_NEWEST_REVISION]);
  return rows.map((row) => ({ ...toSignal(row), epoch: row.epoch, seq: row.seq }));
}
