import { isFinal, type Order } from '../../../domain/trading/order.ts';
import { noSuchOrder } from '../../../domain/trading/refusal.ts';
import type { OrderList } from '../../../protocol/orders.ts';
import type { Queryable } from '../../sql/database.ts';
import { isUuid } from './books.ts';
import { OPEN, ORDER_COLUMNS, type OrderRow, toOrder } from './rows.ts';

/** Below this number, of those of a user. */
const PAGE = 'ORDER BY number DESC LIMIT $3';
const ALL = `SELECT ${ORDER_COLUMNS} FROM orders WHERE user_id = $1 AND number > 0 AND number < $2 ${PAGE}`;
const OF_STATUS = `SELECT ${ORDER_COLUMNS} FROM orders
  WHERE user_id = $1 AND number > 0 AND number < $2 AND status = $4 ${PAGE}`;
// `number >= 0` is what the index of open orders is known by: a user's finished ones are not read.
const ALL_OPEN = `SELECT ${ORDER_COLUMNS} FROM orders
  WHERE user_id = $1 AND number >= 0 AND number < $2 AND status IN ${OPEN} ${PAGE}`;
const OPEN_OF_STATUS = `SELECT ${ORDER_COLUMNS} FROM orders
  WHERE user_id = $1 AND number >= 0 AND number < $2 AND status IN ${OPEN} AND status = $4 ${PAGE}`;

const NUMBER = 'SELECT number FROM orders WHERE id = $1 AND user_id = $2';

/** A page of a user's orders, newest first. Throws NOT_FOUND where `before` is no order of this user. */
export async function listOrders(db: Queryable, userId: string, list: OrderList): Promise<Order[]> {
  const { status, before, limit } = list;
  const range = [userId, before === undefined ? Number.MAX_SAFE_INTEGER : await numberOf(before), limit];
  const rows = await (status === undefined || status === 'open'
    ? db.query<OrderRow>(status === 'open' ? ALL_OPEN : ALL, range)
    : db.query<OrderRow>(isFinal(status) ? OF_STATUS : OPEN_OF_STATUS, [...range, status]));
  return rows.map(toOrder);

  async function numberOf(orderId: string): Promise<number> {
    const [row] = isUuid(orderId) ? await db.query<{ number: number }>(NUMBER, [orderId, userId]) : [];
    if (!row) throw noSuchOrder();
    return row.number;
  }
}
