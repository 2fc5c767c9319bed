/** A day of off-exchange sums in the database, and what the database alone takes for its rows. */
import type { Database } from '../../src/adapters/sql/database.ts';

export interface StoredSize {
  readonly symbols: number;
  /** Of each symbol. */
  readonly minutes: number;
  /** Large prints of each symbol. */
  readonly largest: number;
}

/** Symbols by tens: a statement may take ten seconds. */
const SLICES = 10;

export async function fillDay(
  db: Database,
  source: string,
  day: string,
  { symbols, minutes, largest }: StoredSize,
): Promise<void> {
  const start = Date.parse(`${day}T13:30:00Z`);
  const print = { time: start, price: 1_000, size: 100, notional: '100000', side: 'bullish', trf: 201 };
  const prints = Array.from({ length: largest }, (_, index) => ({ ...print, tradeId: `L${index}` }));
  for (let slice = 0; slice < SLICES; slice++)
    await db.query(
      `INSERT INTO off_exchange_minutes (source, day, symbol, minute, part, bullish, bearish, unknown, prints)
       SELECT $1::text, $2::date, 'S' || symbol, $3::timestamptz + minute * interval '1 minute', 1, 1234.5678, 223.1, 0, 3
       FROM generate_series($4::int + 1, $5::int, ${SLICES}) AS symbol, generate_series(1, $6::int) AS minute`,
      [source, day, new Date(start), slice, symbols, minutes],
    );
  await db.query(
    `INSERT INTO off_exchange_symbols (source, day, symbol, bullish, bearish, unknown, prints, late_prints, late_notional,
       largest, sequence, updated_at)
     SELECT $1::text, $2::date, 'S' || symbol, 1234.5678 * $4::int, 223.1 * $4::int, 0, 3 * $4::int, 0, 0, $5::json, 1, now()
     FROM generate_series(1, $3::int) AS symbol`,
    [source, day, symbols, minutes, JSON.stringify(prints)],
  );
}

/** Every column that an engine goes on from, in one statement. */
export const readRaw = (db: Database, source: string, day: string): Promise<unknown[]> =>
  db.query(
    `SELECT symbol, bullish, bearish, unknown, prints, late_prints, late_notional, largest, sequence, updated_at
     FROM off_exchange_symbols WHERE source = $1 AND day = $2`,
    [source, day],
  );

/** A symbol's row changed and a minute added, of each symbol, with numbers that the database has already. */
export const writeRaw = (db: Database, source: string, day: string, minute: Date): Promise<unknown[]> =>
  db.query(
    `WITH symbols AS (
       UPDATE off_exchange_symbols SET bullish = bullish + 1, prints = prints + 1, sequence = sequence + 1,
         updated_at = $3::timestamptz, written_at = now()
       WHERE source = $1 AND day = $2 RETURNING symbol
     )
     INSERT INTO off_exchange_minutes (source, day, symbol, minute, part, bullish, bearish, unknown, prints)
     SELECT $1, $2::date, symbol, $3::timestamptz, 9, 1000, 0, 0, 1 FROM symbols`,
    [source, day, minute],
  );
