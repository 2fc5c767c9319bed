import { ZERO } from '../../lib/decimal.ts';
import type { TradingCode } from '../../protocol/errors.ts';
import type { OrderStatus } from '../../protocol/order-status.ts';
import type { JournalEvent } from '../journal/journal.ts';
import type { BrokerEvent, BrokerFill } from './broker.ts';
import { bookFill, findMismatch } from './fill.ts';
import type { Account, Position } from './holdings.ts';
import { canMove, isFinal, type Order, openQuantity } from './order.ts';
import { orderUpdated, tradeExecuted, tradeFailed } from './order-events.ts';
import { emptyPosition } from './portfolio.ts';
import { tradingDay } from './trading-day.ts';

/** A fill as it is kept. */
export interface BookedFill extends BrokerFill {
  readonly userId: string;
}

/** What a batch of broker events is applied to, all of it locked by the transaction. Changed in place. */
export interface Books {
  /** By order id. */
  readonly orders: Map<string, Order>;
  /** By user id. */
  readonly accounts: Map<string, Account>;
  /** By `positionKey`. */
  readonly positions: Map<string, Position>;
  /** Execution ids that were booked before. */
  readonly executions: Set<string>;
}

export interface Settlement {
  readonly orders: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  readonly positions: ReadonlySet<string>;
  readonly fills: readonly BookedFill[];
  /** By user id, in order. */
  readonly events: ReadonlyMap<string, readonly JournalEvent[]>;
  readonly mismatches: readonly { readonly event: BrokerEvent; readonly problem: string }[];
}

export const positionKey = (userId: string, symbol: string): string => `${userId} ${symbol}`;

interface Ending {
  readonly status: OrderStatus;
  readonly code: TradingCode;
  readonly message: string;
}

/**
 * Applies broker events to the books, in order. An event that was applied before, or that an order's end has
 * overtaken, changes nothing; a fill that contradicts the books is a mismatch and changes nothing either.
 */
export function settle(books: Books, batch: readonly BrokerEvent[]): Settlement {
  const changed = { orders: new Set<string>(), accounts: new Set<string>(), positions: new Set<string>() };
  const fills: BookedFill[] = [];
  const events = new Map<string, JournalEvent[]>();
  const mismatches: { event: BrokerEvent; problem: string }[] = [];

  const tell = (userId: string, ...told: JournalEvent[]): void => {
    const list = events.get(userId);
    if (list) list.push(...told);
    else events.set(userId, told);
  };
  const keep = (order: Order): void => {
    books.orders.set(order.id, order);
    changed.orders.add(order.id);
  };

  const fill = (order: Order, event: BrokerFill): void => {
    if (books.executions.has(event.executionId)) return;
    const account = books.accounts.get(order.userId);
    const key = positionKey(order.userId, order.symbol);
    const position = books.positions.get(key) ?? emptyPosition(order.symbol);
    const problem = isFinal(order.status)
      ? `the order is ${order.status}`
      : account
        ? findMismatch(order, position, event)
        : 'there is no such account';
    if (problem || !account) {
      mismatches.push({ event, problem: problem ?? '' });
      return;
    }
    const booked = bookFill({ account, position }, order, event, tradingDay(event.at));
    const filledQuantity = order.filledQuantity + event.quantity;
    const filled: Order = {
      ...order,
      filledQuantity,
      filledValue: order.filledValue.plus(event.price.times(event.quantity)),
      reserved: order.reserved.minus(account.reserved.minus(booked.account.reserved)),
      status: filledQuantity === order.quantity ? 'filled' : 'partially_filled',
      updatedAt: event.at,
    };
    keep(filled);
    books.accounts.set(order.userId, booked.account);
    books.positions.set(key, booked.position);
    books.executions.add(event.executionId);
    changed.accounts.add(order.userId);
    changed.positions.add(key);
    fills.push({ ...event, userId: order.userId });
    tell(order.userId, tradeExecuted(filled, event), orderUpdated(filled));
  };

  const end = (order: Order, { status, code, message }: Ending, at: number): void => {
    if (!canMove(order.status, status)) return;
    const ended: Order = { ...order, status, reason: code, message, reserved: ZERO, updatedAt: at };
    keep(ended);
    const account = books.accounts.get(order.userId);
    if (account && !order.reserved.eq(0)) {
      books.accounts.set(order.userId, { ...account, reserved: account.reserved.minus(order.reserved) });
      changed.accounts.add(order.userId);
    }
    tell(order.userId, orderUpdated(ended));
    // Who cancels an order knows; every other end is news.
    if (code !== 'CANCELLED_BY_USER') tell(order.userId, tradeFailed(ended, code, message));
  };

  for (const event of batch) {
    const order = books.orders.get(event.orderId);
    if (!order) {
      mismatches.push({ event, problem: 'there is no such order' });
    } else if (event.type === 'fill') {
      fill(order, event);
    } else if (event.type === 'accepted') {
      if (order.reason === 'BROKER_UNAVAILABLE')
        mismatches.push({ event, problem: 'the broker has taken it after it was given up' });
      if (order.status !== 'submitting') continue;
      const working: Order = { ...order, status: 'working', updatedAt: event.at };
      keep(working);
      tell(order.userId, orderUpdated(working));
    } else {
      end(order, endingOf(order, event), event.at);
    }
  }
  return { ...changed, fills, events, mismatches };
}

function endingOf(order: Order, event: Exclude<BrokerEvent, { type: 'fill' | 'accepted' }>): Ending {
  const rest =
    openQuantity(order) === order.quantity
      ? ''
      : ` ${order.filledQuantity} of ${order.quantity} shares were filled.`;
  if (event.type === 'rejected')
    return {
      status: 'rejected',
      code: 'BROKER_REJECTED',
      message: `The broker refused the order: ${event.message}`,
    };
  if (event.type === 'unavailable')
    return {
      status: 'rejected',
      code: 'BROKER_UNAVAILABLE',
      message: 'The broker could not be reached. The order was not placed.',
    };
  const dayIsOver = order.expiresAt !== null && event.at >= order.expiresAt;
  if (event.type === 'expired' || order.endReason === 'EXPIRED' || (!order.endReason && dayIsOver))
    return { status: 'expired', code: 'EXPIRED', message: `The order expired at the close.${rest}` };
  if (order.endReason === 'TRADING_HALTED')
    return {
      status: 'cancelled',
      code: 'TRADING_HALTED',
      message: `Trading was halted: the order is cancelled.${rest}`,
    };
  if (order.endReason === 'CANCELLED_BY_USER')
    return { status: 'cancelled', code: 'CANCELLED_BY_USER', message: `Cancelled.${rest}` };
  return { status: 'cancelled', code: 'BROKER_REJECTED', message: `The broker cancelled the order.${rest}` };
}
