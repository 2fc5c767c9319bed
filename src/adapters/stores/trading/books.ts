import type { Appended } from '../../../domain/journal/journal.ts';
import type { BrokerEvent } from '../../../domain/trading/broker.ts';
import {
  type Books,
  keepPosition,
  type PositionBook,
  type Settlement,
} from '../../../domain/trading/settlement.ts';
import type { Queryable } from '../../sql/database.ts';
import { appendCte, type JournalHeadRow, journalInput, toAppended } from '../journal/journal.ts';
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  fromPosition,
  ORDER_COLUMNS,
  type OrderRow,
  POSITION_COLUMNS,
  type PositionRow,
  toAccount,
  toOrder,
  toPosition,
} from './rows.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Ids from outside are looked up only where the column's type can hold them. */
export const isUuid = (id: string): boolean => UUID.test(id);

const LOCK_ACCOUNTS = `SELECT ${ACCOUNT_COLUMNS} FROM accounts
  WHERE user_id = ANY (ARRAY(SELECT user_id FROM orders WHERE id = ANY ($1::uuid[]))) ORDER BY user_id FOR NO KEY UPDATE`;
const LOCK_ORDERS = `SELECT ${ORDER_COLUMNS} FROM orders WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
const POSITIONS = `SELECT ${POSITION_COLUMNS} FROM positions WHERE (user_id, symbol) IN
  (SELECT user_id, symbol FROM orders WHERE id = ANY ($1::uuid[]))`;
const EXECUTIONS = 'SELECT execution_id FROM fills WHERE execution_id = ANY ($1::text[])';

const WRITE_BOOKS = `WITH
  moved AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS c (id uuid, status text, reason text, message text,
    reserved numeric, filled_quantity bigint, filled_value numeric, fill_basis text, updated_at timestamptz)),
  booked AS MATERIALIZED (SELECT * FROM json_to_recordset($2::json) AS c (user_id uuid, cash numeric, reserved numeric,
    cost numeric, realized numeric)),
  o AS (UPDATE orders SET status = c.status, reason = c.reason, message = c.message, reserved = c.reserved,
      filled_quantity = c.filled_quantity, filled_value = c.filled_value, fill_basis = c.fill_basis,
      updated_at = c.updated_at
    FROM moved c WHERE orders.id = c.id AND orders.id = ANY (ARRAY(SELECT id FROM moved))),
  a AS (UPDATE accounts SET cash = c.cash, reserved = c.reserved, cost = c.cost, realized = c.realized
    FROM booked c WHERE accounts.user_id = c.user_id AND accounts.user_id = ANY (ARRAY(SELECT user_id FROM booked))),
  p AS (INSERT INTO positions (${POSITION_COLUMNS})
    SELECT ${POSITION_COLUMNS} FROM json_to_recordset($3::json) AS c (user_id uuid, symbol text, quantity bigint,
      cost numeric, realized numeric, day text, day_start_quantity bigint, day_start_realized numeric, day_flow numeric,
      fraction numeric, fraction_cost numeric)
    ON CONFLICT (user_id, symbol) DO UPDATE SET quantity = excluded.quantity, cost = excluded.cost,
      realized = excluded.realized, day = excluded.day, day_start_quantity = excluded.day_start_quantity,
      day_start_realized = excluded.day_start_realized, day_flow = excluded.day_flow,
      fraction = excluded.fraction, fraction_cost = excluded.fraction_cost),
  f AS (INSERT INTO fills (execution_id, order_id, user_id, quantity, price, executed_at)
    SELECT * FROM json_to_recordset($4::json) AS c (execution_id text, order_id uuid, user_id uuid, quantity bigint,
      price numeric, executed_at timestamptz)),
  ${appendCte('$5')}
  SELECT user_id, epoch, seq FROM head`;

/** Locks and reads everything that the events may change: accounts, then orders, as every writer does. */
export async function loadBooks(tx: Queryable, events: readonly BrokerEvent[]): Promise<Books> {
  const ids = [...new Set(events.map((event) => event.orderId))].filter((id) => isUuid(id));
  const executionIds = events.flatMap((event) => (event.type === 'fill' ? [event.executionId] : []));
  const accounts = await tx.query<AccountRow>(LOCK_ACCOUNTS, [ids]);
  const orders = await tx.query<OrderRow>(LOCK_ORDERS, [ids]);
  const filling = executionIds.length > 0;
  const positions = filling ? await tx.query<PositionRow>(POSITIONS, [ids]) : [];
  const executions = filling ? await tx.query<{ execution_id: string }>(EXECUTIONS, [executionIds]) : [];
  return {
    accounts: new Map(accounts.map((row) => [row.user_id, toAccount(row)])),
    orders: new Map(orders.map((row) => [row.id, toOrder(row)])),
    positions: toPositionBook(positions),
    executions: new Set(executions.map((row) => row.execution_id)),
  };
}

function toPositionBook(rows: readonly PositionRow[]): PositionBook {
  const book: PositionBook = new Map();
  for (const row of rows) keepPosition(book, row.user_id, toPosition(row));
  return book;
}

/** The parameters of WRITE_BOOKS. */
const writeInput = ({ orders, accounts, positions, fills, events }: Settlement): string[] => [
  JSON.stringify(
    orders.map((order) => ({
      id: order.id,
      status: order.status,
      reason: order.reason,
      message: order.message,
      reserved: order.reserved.toString(),
      filled_quantity: order.filledQuantity,
      filled_value: order.filledValue.toString(),
      fill_basis: order.fillBasis,
      updated_at: new Date(order.updatedAt),
    })),
  ),
  JSON.stringify(
    accounts.map(({ userId, cash, reserved, cost, realized }) => ({
      user_id: userId,
      cash: cash.toString(),
      reserved: reserved.toString(),
      cost: cost.toString(),
      realized: realized.toString(),
    })),
  ),
  JSON.stringify(positions.map(({ userId, position }) => fromPosition(userId, position))),
  JSON.stringify(
    fills.map((fill) => ({
      execution_id: fill.executionId,
      order_id: fill.orderId,
      user_id: fill.userId,
      quantity: fill.quantity,
      price: fill.price.toString(),
      executed_at: new Date(fill.at),
    })),
  ),
  journalInput(events),
];

/** Writes what a settlement changed, and its journal, in one statement. */
export async function writeSettlement(tx: Queryable, settlement: Settlement): Promise<Appended[]> {
  if (settlement.events.size === 0) return [];
  const heads = await tx.query<JournalHeadRow>(WRITE_BOOKS, writeInput(settlement));
  return toAppended(heads, settlement.events);
}
