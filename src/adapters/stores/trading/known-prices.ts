import type { Position } from '../../../domain/trading/holdings.ts';
import type { KnownPrices } from '../../../domain/trading/known-prices.ts';
import { decimal } from '../../../lib/decimal.ts';
import type { Database } from '../../sql/database.ts';
import { fencedTransaction } from '../engine/fenced.ts';
import { type PositionRow, toPosition, toPrice } from './rows.ts';

const KEEP = `INSERT INTO last_prices AS l (symbol, price, previous_close, trading_day, priced_at)
  SELECT c.symbol, c.price, c.previous_close, c.trading_day, c.priced_at
    FROM json_to_recordset($1::json) AS c (symbol text, price numeric, previous_close numeric, trading_day text,
      priced_at timestamptz, is_heard boolean)
    WHERE c.is_heard
      OR NOT EXISTS (SELECT FROM last_prices o WHERE o.symbol = c.symbol AND o.priced_at > c.priced_at)
  ON CONFLICT (symbol) DO UPDATE SET price = excluded.price, previous_close = excluded.previous_close,
    trading_day = excluded.trading_day, priced_at = excluded.priced_at`;

export const createKnownPrices = (db: Database): KnownPrices => ({
  keep: (fencing, prices) =>
    fencedTransaction(db, fencing, async (tx) => {
      const rows = [...prices].map(([symbol, { price, previousClose, day, at, isHeard }]) => ({
        symbol,
        price: price.toFixed(),
        previous_close: previousClose?.toFixed() ?? null,
        trading_day: day,
        priced_at: new Date(at),
        is_heard: isHeard,
      }));
      await tx.query(KEEP, [JSON.stringify(rows)]);
    }),
});

/** A position with what is known of its symbol; nulls where nothing was stored. */
export interface MarkedPositionRow extends PositionRow {
  last_price: string | null;
  last_previous_close: string | null;
  last_day: string | null;
  split_day: string | null;
  /** Milliseconds since epoch. */
  last_at: number | null;
}

/** What `last_prices`, joined to positions, and `splits` add to their columns. Text, so that JSON keeps each digit. */
export const KNOWN_PRICE_COLUMNS = `last_prices.price::text AS last_price,
  last_prices.previous_close::text AS last_previous_close, last_prices.trading_day AS last_day,
  (extract(epoch FROM last_prices.priced_at) * 1000)::bigint AS last_at,
  (SELECT max(splits.day) FROM splits WHERE splits.symbol = positions.symbol) AS split_day`;

export function toMarkedPosition(row: MarkedPositionRow): Position {
  const { last_price: price, last_day: day, last_at: at, split_day: splitDay } = row;
  const position = { ...toPosition(row), ...(splitDay !== null && { splitDay }) };
  if (price === null || day === null || at === null) return position;
  const previousClose = toPrice(row.last_previous_close);
  return { ...position, lastKnown: { price: decimal(price), previousClose, day, at } };
}
