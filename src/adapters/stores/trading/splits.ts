import type { Account } from '../../../domain/trading/holdings.ts';
import type { Adjusted, DueSplit } from '../../../domain/trading/ledger.ts';
import type { Order } from '../../../domain/trading/order.ts';
import { adjustBooks, type SplitBooks, sellAllFractions } from '../../../domain/trading/split-books.ts';
import type { Decimal } from '../../../lib/decimal.ts';
import { newYorkTime } from '../../../protocol/new-york.ts';
import type { Queryable } from '../../sql/database.ts';
import { lockAccounts } from './accounts.ts';
import { writeSettlement } from './books.ts';
import {
  OPEN,
  ORDER_COLUMNS,
  type OrderRow,
  POSITION_COLUMNS,
  type PositionRow,
  toOrder,
  toPosition,
} from './rows.ts';

const MARK = `INSERT INTO splits (source, symbol, day, split_from, split_to, applied_at) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT DO NOTHING RETURNING 1`;

const HOLDERS = `SELECT user_id FROM positions WHERE symbol = $1
  UNION SELECT user_id FROM orders WHERE symbol = $1 AND status IN ${OPEN} ORDER BY user_id`;

/** With the shares that were bought, less those that were sold, since a time. */
const POSITIONS = `SELECT ${POSITION_COLUMNS},
    (SELECT coalesce(sum(CASE o.side WHEN 'buy' THEN f.quantity ELSE -f.quantity END), 0)::bigint
      FROM orders o JOIN fills f ON f.order_id = o.id
      WHERE o.user_id = p.user_id AND o.symbol = p.symbol AND o.status <> 'denied' AND f.executed_at >= $2) AS traded
  FROM positions p WHERE symbol = $1`;

/** Those that were placed before a time: later ones are at prices of after the split. */
const ORDERS = `SELECT ${ORDER_COLUMNS} FROM orders WHERE symbol = $1 AND status IN ${OPEN} AND created_at < $2
  ORDER BY id FOR NO KEY UPDATE`;

const WRITE_TERMS = `UPDATE orders SET quantity = c.quantity, limit_price = c.limit_price, stop_price = c.stop_price,
    bound_price = c.bound_price
  FROM json_to_recordset($1::json) AS c (id uuid, quantity bigint, limit_price numeric, stop_price numeric,
    bound_price numeric)
  WHERE orders.id = c.id`;

const KEEP = `INSERT INTO position_adjustments
  (user_id, symbol, reason, reference, quantity_before, quantity_after, cash, adjusted_at)
  SELECT * FROM json_to_recordset($1::json) AS c (user_id uuid, symbol text, reason text, reference text,
    quantity_before bigint, quantity_after bigint, cash numeric, adjusted_at timestamptz)`;

/** The last prices that are stored of before the split, by the market's time of the price: a snapshot tells it later. */
const PRICES = `UPDATE last_prices SET price = price * $3::numeric / $4::numeric,
    previous_close = previous_close * $3::numeric / $4::numeric
  WHERE symbol = $1 AND priced_at < $2`;

const FRACTIONS = `SELECT user_id FROM positions WHERE symbol = $1 AND fraction > 0 ORDER BY user_id`;
const FRACTION_SYMBOLS = 'SELECT DISTINCT symbol FROM positions WHERE fraction > 0';

/** Part of the caller's transaction; nothing where the split was applied before. */
export async function applySplit(tx: Queryable, due: DueSplit): Promise<Adjusted> {
  const { source, symbol, day, from, to, effectiveAt, at } = due;
  const isNew = await tx.query(MARK, [source, symbol, day, from, to, new Date(at)]);
  if (isNew.length === 0) return { appended: [], contradicted: [] };
  const accounts = await lockHolders(tx, HOLDERS, symbol);
  const since = [symbol, new Date(effectiveAt)];
  const held = await tx.query<PositionRow & { traded: number }>(POSITIONS, since);
  const orders = await tx.query<OrderRow>(ORDERS, since);
  const { contradicted, ...changed } = adjustBooks(due, {
    accounts,
    held: held.map((row) => ({ userId: row.user_id, position: toPosition(row), traded: row.traded })),
    orders: orders.map(toOrder),
  });
  await tx.query(WRITE_TERMS, [JSON.stringify(changed.orders.map(termsOf))]);
  await tx.query(PRICES, [symbol, new Date(newYorkTime(day, 0)), from, to]);
  return { appended: await write(tx, changed), contradicted };
}

export interface FractionSale {
  readonly symbol: string;
  /** Dollars a share. */
  readonly price: Decimal;
  /** Milliseconds since epoch. */
  readonly at: number;
}

/** Part of the caller's transaction. */
export async function sellFractions(tx: Queryable, sale: FractionSale): Promise<Adjusted> {
  const accounts = await lockHolders(tx, FRACTIONS, sale.symbol);
  const rows = await tx.query<PositionRow>(
    `SELECT ${POSITION_COLUMNS} FROM positions WHERE symbol = $1 AND fraction > 0`,
    [sale.symbol],
  );
  const held = rows.map((row) => ({ userId: row.user_id, position: toPosition(row) }));
  return { appended: await write(tx, sellAllFractions(sale, { accounts, held })), contradicted: [] };
}

export async function fractionSymbols(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ symbol: string }>(FRACTION_SYMBOLS, []);
  return rows.map(({ symbol }) => symbol);
}

async function lockHolders(
  tx: Queryable,
  query: string,
  symbol: string,
): Promise<ReadonlyMap<string, Account>> {
  const rows = await tx.query<{ user_id: string }>(query, [symbol]);
  return lockAccounts(
    tx,
    rows.map(({ user_id }) => user_id),
  );
}

const termsOf = (order: Order) => ({
  id: order.id,
  quantity: order.quantity,
  limit_price: order.limitPrice?.toFixed() ?? null,
  stop_price: order.stopPrice?.toFixed() ?? null,
  bound_price: order.boundPrice?.toFixed() ?? null,
});

async function write(tx: Queryable, { adjustments, ...changed }: SplitBooks) {
  const appended = await writeSettlement(tx, { ...changed, fills: [], mismatches: [] });
  if (adjustments.length > 0) await tx.query(KEEP, [JSON.stringify(adjustments.map(toRow))]);
  return appended;
}

/** Whole shares only: with fills they give the quantities of the books. */
const toRow = ({ userId, wholeBefore, wholeAfter, adjustment }: SplitBooks['adjustments'][number]) => ({
  user_id: userId,
  symbol: adjustment.symbol,
  reason: adjustment.reason,
  reference: adjustment.reference,
  quantity_before: wholeBefore,
  quantity_after: wholeAfter,
  cash: adjustment.cash.toFixed(),
  adjusted_at: new Date(adjustment.at),
});
