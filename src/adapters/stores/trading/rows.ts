/** Rows of the trading tables as domain types. NUMERIC travels as text in both directions. */
import type { Account, Position } from '../../../domain/trading/holdings.ts';
import { OPEN_ORDER_STATUSES, type Order } from '../../../domain/trading/order.ts';
import { type Decimal, decimal } from '../../../lib/decimal.ts';

export interface AccountRow {
  user_id: string;
  deposits: string;
  cash: string;
  reserved: string;
  cost: string;
  realized: string;
}
export const ACCOUNT_COLUMNS = 'user_id, deposits, cash, reserved, cost, realized';

export const toAccount = (row: AccountRow): Account => ({
  userId: row.user_id,
  deposits: decimal(row.deposits),
  cash: decimal(row.cash),
  reserved: decimal(row.reserved),
  cost: decimal(row.cost),
  realized: decimal(row.realized),
});

export interface PositionRow {
  user_id: string;
  symbol: string;
  quantity: number;
  cost: string;
  realized: string;
  day: string;
  day_start_quantity: number;
  day_start_realized: string;
  day_flow: string;
  fraction: string;
  fraction_cost: string;
}
export const POSITION_COLUMNS =
  'user_id, symbol, quantity, cost, realized, day, day_start_quantity, day_start_realized, day_flow, fraction, fraction_cost';

export const toPosition = (row: PositionRow): Position => ({
  symbol: row.symbol,
  quantity: row.quantity,
  cost: decimal(row.cost),
  realized: decimal(row.realized),
  day: row.day,
  dayStartQuantity: row.day_start_quantity,
  dayStartRealized: decimal(row.day_start_realized),
  dayFlow: decimal(row.day_flow),
  fraction: decimal(row.fraction),
  fractionCost: decimal(row.fraction_cost),
});

export const fromPosition = (userId: string, position: Position): PositionRow => ({
  user_id: userId,
  symbol: position.symbol,
  quantity: position.quantity,
  cost: position.cost.toString(),
  realized: position.realized.toString(),
  day: position.day,
  day_start_quantity: position.dayStartQuantity,
  day_start_realized: position.dayStartRealized.toString(),
  day_flow: position.dayFlow.toString(),
  fraction: position.fraction.toFixed(),
  fraction_cost: position.fractionCost.toString(),
});

export interface OrderRow {
  id: string;
  user_id: string;
  client_order_id: string;
  fingerprint: string;
  source: Order['source'];
  symbol: string;
  side: Order['side'];
  type: Order['type'];
  time_in_force: Order['timeInForce'];
  quantity: number;
  limit_price: string | null;
  stop_price: string | null;
  bound_price: string | null;
  reserved: string;
  filled_quantity: number;
  filled_value: string;
  fill_basis: Order['fillBasis'];
  status: Order['status'];
  reason: Order['reason'];
  message: string | null;
  end_reason: Order['endReason'];
  expires_at: Date | null;
  created_at: Date;
  updated_at: Date;
}
export const ORDER_COLUMNS =
  'id, user_id, client_order_id, fingerprint, source, symbol, side, type, time_in_force, quantity, ' +
  'limit_price, stop_price, bound_price, reserved, filled_quantity, filled_value, fill_basis, status, reason, message, ' +
  'end_reason, expires_at, created_at, updated_at';

/** ORDER_COLUMNS of a table under another name. */
export const columnsOf = (alias: string): string =>
  ORDER_COLUMNS.split(', ')
    .map((column) => `${alias}.${column}`)
    .join(', ');

export const toPrice = (text: string | null): Decimal | null => (text === null ? null : decimal(text));

export const toOrder = (row: OrderRow): Order => ({
  id: row.id,
  userId: row.user_id,
  clientOrderId: row.client_order_id,
  fingerprint: row.fingerprint,
  source: row.source,
  symbol: row.symbol,
  side: row.side,
  type: row.type,
  timeInForce: row.time_in_force,
  quantity: row.quantity,
  limitPrice: toPrice(row.limit_price),
  stopPrice: toPrice(row.stop_price),
  boundPrice: toPrice(row.bound_price),
  reserved: decimal(row.reserved),
  filledQuantity: row.filled_quantity,
  filledValue: decimal(row.filled_value),
  fillBasis: row.fill_basis,
  status: row.status,
  reason: row.reason,
  message: row.message,
  endReason: row.end_reason,
  expiresAt: row.expires_at?.getTime() ?? null,
  createdAt: row.created_at.getTime(),
  updatedAt: row.updated_at.getTime(),
});

/** ORDER_COLUMNS with their types, for `json_to_recordset`. */
export const ORDER_RECORD =
  'id uuid, user_id uuid, client_order_id text, fingerprint text, source text, symbol text, side text, type text, ' +
  'time_in_force text, quantity bigint, limit_price numeric, stop_price numeric, bound_price numeric, ' +
  'reserved numeric, filled_quantity bigint, filled_value numeric, fill_basis text, status text, reason text, message text, ' +
  'end_reason text, expires_at timestamptz, created_at timestamptz, updated_at timestamptz';

export const orderRecord = (order: Order): Record<keyof OrderRow, string | number | Date | null> => ({
  id: order.id,
  user_id: order.userId,
  client_order_id: order.clientOrderId,
  fingerprint: order.fingerprint,
  source: order.source,
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  time_in_force: order.timeInForce,
  quantity: order.quantity,
  limit_price: order.limitPrice?.toString() ?? null,
  stop_price: order.stopPrice?.toString() ?? null,
  bound_price: order.boundPrice?.toString() ?? null,
  reserved: order.reserved.toString(),
  filled_quantity: order.filledQuantity,
  filled_value: order.filledValue.toString(),
  fill_basis: order.fillBasis,
  status: order.status,
  reason: order.reason,
  message: order.message,
  end_reason: order.endReason,
  expires_at: order.expiresAt === null ? null : new Date(order.expiresAt),
  created_at: new Date(order.createdAt),
  updated_at: new Date(order.updatedAt),
});

/** OPEN_ORDER_STATUSES as a SQL list. The partial indexes of `orders` repeat it. */
export const OPEN = `(${OPEN_ORDER_STATUSES.map((status) => `'${status}'`).join(', ')})`;
