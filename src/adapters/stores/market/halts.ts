import type { HaltStore } from '../../../domain/market/halts.ts';
import type { Database } from '../../sql/database.ts';
import { fencedTransaction } from '../engine/fenced.ts';

const FORGET = 'DELETE FROM symbol_halts WHERE source = $1 AND halted_at < $2';
const LOAD = `SELECT symbol, (extract(epoch FROM halted_at) * 1000)::bigint AS halted_at
  FROM symbol_halts WHERE source = $1`;
const END = 'DELETE FROM symbol_halts WHERE source = $1 AND symbol = ANY ($2)';
const KEEP = `INSERT INTO symbol_halts (source, symbol, halted_at)
  SELECT $1, symbol, halted_at FROM json_to_recordset($2::json) AS c (symbol text, halted_at timestamptz)
  ON CONFLICT (source, symbol) DO UPDATE SET halted_at = excluded.halted_at`;

interface HaltRow {
  symbol: string;
  /** Milliseconds since epoch. */
  halted_at: number;
}

/** `source`: the feed, as FEED has it. A halt that another feed told says nothing of this one's symbols. */
export const createHaltStore = (db: Database, source: string): HaltStore => ({
  load: (fencing, since) =>
    fencedTransaction(db, fencing, async (tx) => {
      await tx.query(FORGET, [source, new Date(since)]);
      const rows = await tx.query<HaltRow>(LOAD, [source]);
      return new Map(rows.map(({ symbol, halted_at: haltedAt }) => [symbol, haltedAt]));
    }),
  keep: (fencing, halts) =>
    fencedTransaction(db, fencing, async (tx) => {
      const all = [...halts];
      const ended = all.flatMap(([symbol, haltedAt]) => (haltedAt === null ? symbol : []));
      const halted = all.flatMap(([symbol, haltedAt]) =>
        haltedAt === null ? [] : { symbol, halted_at: new Date(haltedAt) },
      );
      if (ended.length > 0) await tx.query(END, [source, ended]);
      if (halted.length > 0) await tx.query(KEEP, [source, JSON.stringify(halted)]);
    }),
});
