import type { OpenOrder, OpenOrderPage, OpenOrderPlace } from '../../../domain/trading/ledger.ts';
import { decimal } from '../../../lib/decimal.ts';
import type { Queryable } from '../../sql/database.ts';
import { OPEN, type OrderRow, toPrice } from './rows.ts';

/** A page keeps the event loop, and the one connection of an embedded database, for some 15 ms. */
const PAGE_SIZE = 1_000;

const FIRST: OpenOrderPlace = { userId: '00000000-0000-0000-0000-000000000000', number: -1 };

const PAGE = `SELECT user_id, number, id, symbol, side, type, quantity, filled_quantity, bound_price, stop_price, status,
    created_at, updated_at
  FROM orders WHERE number >= 0 AND status IN ${OPEN} AND status <> 'accepted' AND (user_id, number) > ($1, $2)
  ORDER BY user_id, number LIMIT $3`;

type OpenOrderRow = Pick<
  OrderRow,
  | 'user_id'
  | 'id'
  | 'symbol'
  | 'side'
  | 'type'
  | 'quantity'
  | 'filled_quantity'
  | 'stop_price'
  | 'status'
  | 'created_at'
  | 'updated_at'
> & { number: number; bound_price: string };

const toOpenOrder = (row: OpenOrderRow): OpenOrder => ({
  number: row.number,
  id: row.id,
  symbol: row.symbol,
  side: row.side,
  type: row.type,
  quantity: row.quantity,
  filledQuantity: row.filled_quantity,
  boundPrice: decimal(row.bound_price),
  stopPrice: toPrice(row.stop_price),
  status: row.status,
  createdAt: row.created_at.getTime(),
  updatedAt: row.updated_at.getTime(),
});

/** The page after a place: it locks nothing, and costs the same wherever it begins. */
export async function readOpenOrders(db: Queryable, after: OpenOrderPlace | null): Promise<OpenOrderPage> {
  const { userId, number } = after ?? FIRST;
  const rows = await db.query<OpenOrderRow>(PAGE, [userId, number, PAGE_SIZE]);
  const last = rows.length === PAGE_SIZE ? rows.at(-1) : undefined;
  return {
    orders: rows.map(toOpenOrder),
    next: last ? { userId: last.user_id, number: last.number } : null,
  };
}
