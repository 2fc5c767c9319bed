import type {
  StoredDay,
  StoredSymbolDay,
  SumsCommit,
  SumsStore,
} from '../../../domain/off-exchange/sums-store.ts';
import type { MinuteTotals } from '../../../domain/off-exchange/symbol-sums.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { fencedTransaction } from '../engine/fenced.ts';
import { type MinuteRow, parametersOf, type SymbolRow, toMinute, toStored } from './rows.ts';

/** All of it in one statement: $1 source, $2 symbols, $3 minutes, $4 gaps, $5 covered until. */
const UPSERT = `
  WITH symbols AS (
    INSERT INTO off_exchange_symbols (source, day, symbol, late_prints, late_notional, largest, sequence, updated_at)
    SELECT $1::text, day, symbol, late_prints, late_notional, largest::json, sequence, updated_at
    FROM json_to_recordset($2::json) AS t (day date, symbol text, late_prints bigint, late_notional numeric,
      largest text, sequence bigint, updated_at timestamptz)
    ON CONFLICT (source, day, symbol) DO UPDATE SET late_prints = excluded.late_prints,
      late_notional = excluded.late_notional, largest = excluded.largest, sequence = excluded.sequence,
      updated_at = excluded.updated_at, written_at = now()
  ),
  minutes AS (
    INSERT INTO off_exchange_minutes (source, day, symbol, minute, bullish, bearish, unknown, prints)
    SELECT $1::text, day, symbol, minute, bullish, bearish, unknown, prints
    FROM json_to_recordset($3::json) AS t (day date, symbol text, minute timestamptz, bullish numeric,
      bearish numeric, unknown numeric, prints bigint)
    ON CONFLICT (source, day, symbol, minute) DO UPDATE SET bullish = excluded.bullish, bearish = excluded.bearish,
      unknown = excluded.unknown, prints = excluded.prints
  ),
  gaps AS (
    INSERT INTO off_exchange_gaps (source, day, began_at, ended_at, filled)
    SELECT $1::text, day, began_at, ended_at, filled
    FROM json_to_recordset($4::json) AS t (day date, began_at timestamptz, ended_at timestamptz, filled text[])
    ON CONFLICT (source, day, began_at) DO UPDATE SET ended_at = excluded.ended_at, filled = excluded.filled
  )
  INSERT INTO off_exchange_coverage (source, covered_until)
  SELECT $1::text, $5::timestamptz WHERE $5::timestamptz IS NOT NULL
  ON CONFLICT (source) DO UPDATE SET covered_until = excluded.covered_until`;

const VOID = ['symbols', 'minutes', 'gaps'].map(
  (table) => `DELETE FROM off_exchange_${table} WHERE source = $1 AND day = ANY ($2::date[])`,
);

const SYMBOL_COLUMNS = 'symbol, late_prints, late_notional, largest, sequence, updated_at';
const MINUTE_COLUMNS = 'symbol, minute, bullish, bearish, unknown, prints';

/** The sums of one source of market data. */
export const createSumsStore = (db: Database, source: string): SumsStore => ({
  load: (fencing) =>
    fencedTransaction(
      db,
      fencing,
      async (tx) => ({
        newest: await readNewest(tx, source),
        coveredUntil: await readCoverage(tx, source),
      }),
      { alone: true },
    ),
  commit: (fencing, commit) => fencedTransaction(db, fencing, (tx) => write(tx, source, commit)),
  symbolDay: (symbol, day) => readSymbolDay(db, source, symbol, day),
});

async function write(tx: Queryable, source: string, commit: SumsCommit): Promise<void> {
  const { voidDays, symbols, minutes, gaps } = parametersOf(commit);
  if (voidDays.length > 0) for (const statement of VOID) await tx.query(statement, [source, voidDays]);
  const until = commit.coveredUntil === null ? null : new Date(commit.coveredUntil);
  await tx.query(UPSERT, [source, symbols, minutes, gaps, until]);
}

async function readNewest(tx: Queryable, source: string): Promise<StoredDay | null> {
  const [newest] = await tx.query<{ day: string | null }>(
    'SELECT max(day)::text AS day FROM off_exchange_symbols WHERE source = $1',
    [source],
  );
  const day = newest?.day ?? null;
  if (day === null) return null;
  const rows = await tx.query<SymbolRow>(
    `SELECT ${SYMBOL_COLUMNS} FROM off_exchange_symbols WHERE source = $1 AND day = $2`,
    [source, day],
  );
  const minutes = await tx.query<MinuteRow>(
    `SELECT ${MINUTE_COLUMNS} FROM off_exchange_minutes WHERE source = $1 AND day = $2 ORDER BY minute`,
    [source, day],
  );
  const bySymbol = new Map<string, MinuteTotals[]>();
  for (const row of minutes) {
    const list = bySymbol.get(row.symbol) ?? [];
    list.push(toMinute(row));
    bySymbol.set(row.symbol, list);
  }
  return { day, symbols: rows.map((row) => toStored(row, bySymbol.get(row.symbol) ?? [])) };
}

async function readCoverage(tx: Queryable, source: string): Promise<number | null> {
  const [row] = await tx.query<{ covered_until: Date }>(
    'SELECT covered_until FROM off_exchange_coverage WHERE source = $1',
    [source],
  );
  return row?.covered_until.getTime() ?? null;
}

async function readSymbolDay(
  db: Queryable,
  source: string,
  symbol: string,
  day: string,
): Promise<StoredSymbolDay> {
  const key = [source, day, symbol];
  const [rows, minutes, gaps, coveredUntil] = await Promise.all([
    db.query<SymbolRow>(
      `SELECT ${SYMBOL_COLUMNS} FROM off_exchange_symbols WHERE source = $1 AND day = $2 AND symbol = $3`,
      key,
    ),
    db.query<MinuteRow>(
      `SELECT ${MINUTE_COLUMNS} FROM off_exchange_minutes WHERE source = $1 AND day = $2 AND symbol = $3
       ORDER BY minute`,
      key,
    ),
    db.query<{ began_at: Date; ended_at: Date }>(
      `SELECT began_at, ended_at FROM off_exchange_gaps
       WHERE source = $1 AND day = $2 AND NOT ($3 = ANY (filled)) ORDER BY began_at`,
      key,
    ),
    readCoverage(db, source),
  ]);
  const stored = rows[0] && toStored(rows[0], minutes.map(toMinute));
  return {
    minutes: stored?.minutes ?? [],
    largest: stored?.largest ?? [],
    late: stored?.late ?? { prints: 0, notional: 0n },
    gaps: gaps.map(({ began_at, ended_at }) => ({
      from: began_at.getTime(),
      to: ended_at.getTime(),
    })),
    coveredUntil,
  };
}
