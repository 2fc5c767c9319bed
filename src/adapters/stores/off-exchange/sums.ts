import type { SummedSymbols } from '../../../domain/off-exchange/sums-scope.ts';
import type {
  StoredDay,
  StoredSums,
  StoredSymbolDay,
  SumsCommit,
  SumsStore,
} from '../../../domain/off-exchange/sums-store.ts';
import type { SymbolDay } from '../../../domain/off-exchange/symbol-sums.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { fencedTransaction } from '../engine/fenced.ts';
import {
  followsOf,
  type MinuteRow,
  parametersOf,
  type SymbolRow,
  toMinute,
  toSymbolDay,
  wholeMarketOf,
} from './rows.ts';

/** All of it in one statement: $1 source, $2 symbols, $3 minutes, $4 gaps, $5 covered until, $6 part of the minutes, $7 what is summed. */
const UPSERT = `
  WITH symbols AS (
    INSERT INTO off_exchange_symbols AS old (source, day, symbol, bullish, bearish, unknown, prints, late_prints,
      late_notional, largest, sequence, updated_at)
    SELECT $1::text, day, symbol, bullish, bearish, unknown, prints, late_prints, late_notional, largest::json, sequence,
      updated_at
    FROM json_to_recordset($2::json) AS t (day date, symbol text, bullish numeric, bearish numeric, unknown numeric,
      prints bigint, late_prints bigint, late_notional numeric, largest text, sequence bigint, updated_at timestamptz)
    ON CONFLICT (source, day, symbol) DO UPDATE SET bullish = excluded.bullish, bearish = excluded.bearish,
      unknown = excluded.unknown, prints = excluded.prints, late_prints = excluded.late_prints,
      late_notional = excluded.late_notional, largest = coalesce(excluded.largest, old.largest),
      sequence = excluded.sequence, updated_at = excluded.updated_at, written_at = now()
  ),
  minutes AS (
    INSERT INTO off_exchange_minutes (source, day, symbol, minute, part, bullish, bearish, unknown, prints)
    SELECT $1::text, day, symbol, minute, $6::bigint, bullish, bearish, unknown, prints
    FROM json_to_recordset($3::json) AS t (day date, symbol text, minute timestamptz, bullish numeric,
      bearish numeric, unknown numeric, prints bigint)
    ON CONFLICT (source, day, symbol, minute, part) DO UPDATE SET bullish = excluded.bullish, bearish = excluded.bearish,
      unknown = excluded.unknown, prints = excluded.prints
  ),
  gaps AS (
    INSERT INTO off_exchange_gaps AS old (source, day, began_at, ended_at, filled)
    SELECT $1::text, day, began_at, ended_at, filled
    FROM json_to_recordset($4::json) AS t (day date, began_at timestamptz, ended_at timestamptz, filled text[])
    ON CONFLICT (source, day, began_at) DO UPDATE SET ended_at = greatest(old.ended_at, excluded.ended_at),
      filled = excluded.filled
  )
  INSERT INTO off_exchange_coverage (source, covered_until, summed)
  SELECT $1::text, $5::timestamptz, $7::text WHERE $5::timestamptz IS NOT NULL
  ON CONFLICT (source) DO UPDATE SET covered_until = excluded.covered_until, summed = excluded.summed`;

/** $1 source, $2 follows. */
const FOLLOW = `
  INSERT INTO off_exchange_follows AS old (source, day, symbol, since)
  SELECT $1::text, day, symbol, since FROM json_to_recordset($2::json) AS t (day date, symbol text, since timestamptz)
  ON CONFLICT (source, day, symbol) DO UPDATE SET since = least(old.since, excluded.since)`;

/** $1 source, $2 day, $3 since, $4 until: an end leaves the beginning that is stored. */
const WHOLE_MARKET = `
  INSERT INTO off_exchange_whole_market AS old (source, day, since, until) VALUES ($1, $2, $3, $4)
  ON CONFLICT (source, day) DO UPDATE SET until = excluded.until,
    since = CASE WHEN excluded.until IS NULL THEN excluded.since ELSE old.since END`;

const VOID = ['symbols', 'minutes', 'gaps'].map(
  (table) => `DELETE FROM off_exchange_${table} WHERE source = $1 AND day = ANY ($2::date[])`,
);

const SYMBOL_COLUMNS =
  'symbol, bullish, bearish, unknown, prints, late_prints, late_notional, largest, sequence, updated_at';

/** So many symbols are read and converted in one turn of the process: a few milliseconds, with 50 prints each. */
export const PAGE = 250;

/** The sums of one source of market data. */
export const createSumsStore = (db: Database, source: string): SumsStore => ({
  async load(fencing) {
    // Each page is a transaction of its own: none lasts long, and all fail once another engine may have written.
    const { day, coverage } = await fencedTransaction(
      db,
      fencing,
      async (tx) => ({
        coverage: await readCoverage(tx, source),
        day: await readNewestDay(tx, source),
      }),
      { alone: true },
    );
    return { newest: day === null ? null : await readDay(db, source, fencing, day), ...coverage };
  },
  commit: (fencing, commit) => fencedTransaction(db, fencing, (tx) => write(tx, source, commit)),
  symbolDay: (symbol, day) => readSymbolDay(db, source, symbol, day),
});

async function write(tx: Queryable, source: string, commit: SumsCommit): Promise<void> {
  const { voidDays, symbols, minutes, gaps } = parametersOf(commit);
  if (voidDays.length > 0) for (const statement of VOID) await tx.query(statement, [source, voidDays]);
  const until = commit.coveredUntil === null ? null : new Date(commit.coveredUntil);
  if (commit.follows.length > 0) await tx.query(FOLLOW, [source, followsOf(commit)]);
  if (commit.wholeMarket !== null)
    await tx.query(WHOLE_MARKET, [source, ...wholeMarketOf(commit.wholeMarket)]);
  await tx.query(UPSERT, [source, symbols, minutes, gaps, until, commit.part, commit.summed]);
}

async function readNewestDay(tx: Queryable, source: string): Promise<string | null> {
  const [newest] = await tx.query<{ day: string | null }>(
    'SELECT max(day)::text AS day FROM off_exchange_symbols WHERE source = $1',
    [source],
  );
  return newest?.day ?? null;
}

/** A row per symbol, without the minutes: an engine goes on from the totals. */
async function readDay(db: Database, source: string, fencing: number, day: string): Promise<StoredDay> {
  const symbols: SymbolDay[] = [];
  for (let isWhole = false; !isWhole; ) {
    const after = symbols.at(-1)?.symbol ?? '';
    const rows = await fencedTransaction(db, fencing, (tx) =>
      tx.query<SymbolRow>(
        `SELECT ${SYMBOL_COLUMNS} FROM off_exchange_symbols
         WHERE source = $1 AND day = $2 AND symbol > $3 ORDER BY symbol LIMIT $4`,
        [source, day, after, PAGE],
      ),
    );
    symbols.push(...rows.map(toSymbolDay));
    isWhole = rows.length < PAGE;
  }
  return { day, symbols };
}

async function readCoverage(tx: Queryable, source: string): Promise<Omit<StoredSums, 'newest'>> {
  const [row] = await tx.query<{ covered_until: Date; summed: SummedSymbols | null; since: Date | null }>(
    `SELECT covered_until, summed, since FROM off_exchange_coverage c LEFT JOIN off_exchange_whole_market w
       ON w.source = c.source AND w.day = (covered_until AT TIME ZONE 'America/New_York')::date
     WHERE c.source = $1`,
    [source],
  );
  return {
    coveredUntil: row?.covered_until.getTime() ?? null,
    summed: row?.summed ?? null,
    wholeMarketSince: row?.since?.getTime() ?? null,
  };
}

async function readSymbolDay(
  db: Queryable,
  source: string,
  symbol: string,
  day: string,
): Promise<StoredSymbolDay> {
  const key = [source, day, symbol];
  const [rows, minutes, gaps, follows, wholes, { coveredUntil }] = await Promise.all([
    db.query<SymbolRow>(
      `SELECT ${SYMBOL_COLUMNS} FROM off_exchange_symbols WHERE source = $1 AND day = $2 AND symbol = $3`,
      key,
    ),
    db.query<MinuteRow>(
      `SELECT minute, sum(bullish) AS bullish, sum(bearish) AS bearish, sum(unknown) AS unknown,
         sum(prints)::bigint AS prints
       FROM off_exchange_minutes WHERE source = $1 AND day = $2 AND symbol = $3 GROUP BY minute ORDER BY minute`,
      key,
    ),
    db.query<{ began_at: Date; ended_at: Date }>(
      `SELECT began_at, ended_at FROM off_exchange_gaps
       WHERE source = $1 AND day = $2 AND NOT ($3 = ANY (filled)) ORDER BY began_at`,
      key,
    ),
    db.query<{ since: Date }>(
      'SELECT since FROM off_exchange_follows WHERE source = $1 AND day = $2 AND symbol = $3',
      key,
    ),
    db.query<{ since: Date; until: Date | null }>(
      'SELECT since, until FROM off_exchange_whole_market WHERE source = $1 AND day = $2',
      [source, day],
    ),
    readCoverage(db, source),
  ]);
  const stored = rows[0] && toSymbolDay(rows[0]);
  const whole = wholes[0];
  return {
    minutes: minutes.map(toMinute),
    largest: stored?.largest ?? [],
    late: stored?.late ?? { prints: 0, notional: 0n },
    gaps: gaps.map(({ began_at, ended_at }) => ({
      from: began_at.getTime(),
      to: ended_at.getTime(),
    })),
    followedSince: follows[0]?.since.getTime() ?? null,
    wholeMarket: whole ? { since: whole.since.getTime(), until: whole.until?.getTime() ?? null } : null,
    coveredUntil,
  };
}
