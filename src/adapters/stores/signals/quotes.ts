import type { Split } from '../../../domain/market/splits.ts';
import type {
  DueQuote,
  Moment,
  QuotedSignal,
  RecordedQuote,
  SignalQuoteLog,
} from '../../../domain/signals/track-record/quote-log.ts';
import { decimal, toNumber } from '../../../lib/decimal.ts';
import type { SignalAction, SignalStream } from '../../../protocol/signals.ts';
import type { Database } from '../../sql/database.ts';
import { newestOf } from './newest.ts';

interface DueRow {
  stream: SignalStream;
  seq: number;
  moment: Moment;
  symbol: string;
  at: Date;
}

interface QuotedRow {
  source: string;
  id: string;
  is_edit: boolean;
  stream: SignalStream;
  symbol: string;
  action: SignalAction;
  accepted_at: Date;
  expires_at: Date | null;
  accepted_bid: string | null;
  accepted_ask: string | null;
  expired_bid: string | null;
  expired_ask: string | null;
}

/** What an edit names is another matter: a follower holds the symbol that was published. */
const PUBLISHED_SYMBOL = `coalesce((SELECT f.symbol FROM signals f
    WHERE s.revision > 1 AND f.source = s.source AND f.id = s.id ORDER BY f.revision LIMIT 1), s.symbol)`;

/** An edit has no next quote of its own: a follower has acted on what was published. */
const IS_EDIT = `s.revision > 1 AND EXISTS (SELECT FROM signals f
    WHERE f.source = s.source AND f.id = s.id AND f.revision < s.revision)`;

const ACCEPTED_AT = 'coalesce(s.received_at, s.accepted_at)';

/** A question of its own for each signal: as a join, it could read all quotes that were ever recorded. */
const lacksQuote = (moment: Moment): string => `(SELECT q.seq FROM signal_quotes q
    WHERE q.stream = s.stream AND q.seq = s.seq AND q.moment = '${moment}') IS NULL`;

/** Each stream has its part of the index by time: both are named. */
const DUE = `SELECT s.stream, s.seq, ${PUBLISHED_SYMBOL} AS symbol, 'accepted' AS moment,
    ${ACCEPTED_AT} AS at FROM signals s
  WHERE s.stream IN ('free', 'premium') AND s.accepted_at >= $1 AND NOT (${IS_EDIT}) AND ${lacksQuote('accepted')}
  UNION ALL
  SELECT s.stream, s.seq, ${PUBLISHED_SYMBOL}, 'expired', s.expires_at FROM signals s
  WHERE s.expires_at >= $1 AND s.expires_at <= $2 AND ${lacksQuote('expired')}`;

/** A database that lost commits may have given the number to another signal: the quote is for the one of that moment. */
const RECORD = `INSERT INTO signal_quotes (stream, seq, moment, bid, ask, quoted_at)
  SELECT i.stream, i.seq, i.moment, i.bid, i.ask, i.quoted_at
  FROM json_to_recordset($1::json) AS i (stream text, seq bigint, moment text, at timestamptz, bid numeric, ask numeric,
    quoted_at timestamptz)
  JOIN signals s ON s.stream = i.stream AND s.seq = i.seq AND i.at =
    date_trunc('milliseconds', CASE i.moment WHEN 'accepted' THEN ${ACCEPTED_AT} ELSE s.expires_at END)
  ORDER BY i.quoted_at
  ON CONFLICT (stream, seq, moment) DO NOTHING`;

/** They are found in the index one after another: the table is large, and its sources are few. */
const SOURCES = `WITH RECURSIVE names AS (
    SELECT open.stream, (SELECT min(s.source) FROM signals s WHERE s.stream = open.stream) AS source
    FROM unnest($1::text[]) AS open (stream)
    UNION ALL
    SELECT n.stream, (SELECT min(s.source) FROM signals s WHERE s.stream = n.stream AND s.source > n.source)
    FROM names n WHERE n.source IS NOT NULL)
  SELECT DISTINCT source FROM names WHERE source IS NOT NULL`;

/** There is one at most; the limit keeps the question with its signal, so that no plan reads the quotes of all streams. */
const quoteOf = (moment: Moment): string => `LATERAL (SELECT q.bid, q.ask FROM signal_quotes q
    WHERE q.stream = s.stream AND q.seq = s.seq AND q.moment = '${moment}' LIMIT 1)`;

const QUOTED = `SELECT s.source, s.id, s.stream, s.symbol, s.action, s.accepted_at, s.expires_at,
    ${IS_EDIT} AS is_edit,
    a.bid AS accepted_bid, a.ask AS accepted_ask, e.bid AS expired_bid, e.ask AS expired_ask
  FROM ${newestOf('s.source = $4 AND s.accepted_at >= $3')}
  LEFT JOIN ${quoteOf('accepted')} a ON true
  LEFT JOIN ${quoteOf('expired')} e ON true
  ORDER BY s.accepted_at, s.stream, s.seq`;

const SPLITS = `SELECT symbol, day, split_from::float8 AS "from", split_to::float8 AS "to" FROM splits
  WHERE source = $1 AND symbol = ANY ($2::text[]) AND day >= $3`;

/** `market` is that of the splits, as FEED has it. */
export const createSignalQuoteLog = (db: Database, market: string): SignalQuoteLog => ({
  async due(from, to) {
    const rows = await db.query<DueRow>(DUE, [new Date(from), new Date(to)]);
    return rows.map(({ at, ...row }): DueQuote => ({ ...row, at: at.getTime() }));
  },
  async record(quotes) {
    const input = quotes.map(({ stream, seq, moment, at, bid, ask, quotedAt }) => ({
      ...{ stream, seq, moment, at: new Date(at) },
      bid: decimal(bid).toFixed(),
      ask: decimal(ask).toFixed(),
      quoted_at: new Date(quotedAt),
    }));
    await db.query(RECORD, [JSON.stringify(input)]);
  },
  async sources(streams) {
    const rows = await db.query<{ source: string }>(SOURCES, [streams]);
    return rows.map(({ source }) => source).sort();
  },
  async quoted({ streams, since, limit, source }) {
    const rows = await db.query<QuotedRow>(QUOTED, [streams, limit, new Date(since), source]);
    return rows.map(toQuoted);
  },
  splits: (symbols, from) => db.query<Split>(SPLITS, [market, symbols, from]),
});

const toQuoted = (row: QuotedRow): QuotedSignal => ({
  source: row.source,
  id: row.id,
  isEdit: row.is_edit,
  stream: row.stream,
  symbol: row.symbol,
  action: row.action,
  acceptedAt: row.accepted_at.getTime(),
  expiresAt: row.expires_at?.getTime() ?? null,
  accepted: toQuote(row.accepted_bid, row.accepted_ask),
  expired: toQuote(row.expired_bid, row.expired_ask),
});

const toQuote = (bid: string | null, ask: string | null): RecordedQuote | null =>
  bid === null || ask === null ? null : { bid: toNumber(decimal(bid)), ask: toNumber(decimal(ask)) };
