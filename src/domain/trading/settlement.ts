import { ZERO } from '../../lib/decimal.ts';
import type { JournalEvent } from '../journal/journal.ts';
import type { BrokerEvent, BrokerFill } from './broker.ts';
import { type Ending, endingOf } from './ending.ts';
import { bookFill, findMismatch } from './fill.ts';
import type { Account, Position } from './holdings.ts';
import { canMove, isFinal, type Order } from './order.ts';
import { orderUpdated, tradeExecuted, tradeFailed } from './order-events.ts';
import { emptyPosition } from './portfolio.ts';
import { tradingDay } from './trading-day.ts';

/** A fill as it is kept. */
export interface BookedFill extends BrokerFill {
  readonly userId: string;
}

/** Positions by user and symbol. */
export type PositionBook = Map<string, Map<string, Position>>;

/** What a batch of broker events is applied to, all of it locked by the transaction. Changed in place. */
export interface Books {
  /** By order id. */
  readonly orders: Map<string, Order>;
  /** By user id. */
  readonly accounts: Map<string, Account>;
  readonly positions: PositionBook;
  /** Execution ids that were booked before. */
  readonly executions: Set<string>;
}

/** A broker event that contradicts our books and was not applied. */
export interface Mismatch {
  readonly event: BrokerEvent;
  /** A sentence for the operator. */
  readonly problem: string;
}

/** What a batch changed, as it is afterwards. */
export interface Settlement {
  readonly orders: readonly Order[];
  readonly accounts: readonly Account[];
  readonly positions: readonly { readonly userId: string; readonly position: Position }[];
  readonly fills: readonly BookedFill[];
  /** By user id, in order. */
  readonly events: ReadonlyMap<string, readonly JournalEvent[]>;
  readonly mismatches: readonly Mismatch[];
}

export function findPosition(positions: PositionBook, userId: string, symbol: string): Position {
  return positions.get(userId)?.get(symbol) ?? emptyPosition(symbol);
}

export function keepPosition(positions: PositionBook, userId: string, position: Position): void {
  const ofUser = positions.get(userId);
  if (ofUser) ofUser.set(position.symbol, position);
  else positions.set(userId, new Map([[position.symbol, position]]));
}

/** A batch while it is applied: the last state of whatever changed. */
interface Batch {
  readonly books: Books;
  readonly orders: Map<string, Order>;
  readonly accounts: Map<string, Account>;
  readonly positions: PositionBook;
  readonly fills: BookedFill[];
  readonly events: Map<string, JournalEvent[]>;
  readonly mismatches: Mismatch[];
}

/**
 * Applies broker events to the books, in order. An event that was applied before, or that an order's end has
 * overtaken, changes nothing; a fill that contradicts the books is a mismatch and changes nothing either.
 */
export function settle(books: Books, events: readonly BrokerEvent[]): Settlement {
  const batch: Batch = {
    books,
    orders: new Map(),
    accounts: new Map(),
    positions: new Map(),
    fills: [],
    events: new Map(),
    mismatches: [],
  };
  for (const event of events) apply(batch, event);
  return {
    orders: [...batch.orders.values()],
    accounts: [...batch.accounts.values()],
    positions: [...batch.positions].flatMap(([userId, ofUser]) =>
      [...ofUser.values()].map((position) => ({ userId, position })),
    ),
    fills: batch.fills,
    events: batch.events,
    mismatches: batch.mismatches,
  };
}

function apply(batch: Batch, event: BrokerEvent): void {
  const order = batch.books.orders.get(event.orderId);
  if (!order) batch.mismatches.push({ event, problem: 'there is no such order' });
  else if (event.type === 'fill') applyFill(batch, order, event);
  else if (event.type === 'accepted') applyAcceptance(batch, order, event);
  else applyEnd(batch, order, endingOf(order, event), event.at);
}

function applyFill(batch: Batch, order: Order, fill: BrokerFill): void {
  const { books } = batch;
  const { userId } = order;
  if (books.executions.has(fill.executionId)) return;
  const account = books.accounts.get(userId);
  const position = findPosition(books.positions, userId, order.symbol);
  const problem = problemOf(order, account, position, fill);
  if (problem !== null || !account) {
    batch.mismatches.push({ event: fill, problem: problem ?? '' });
    return;
  }
  const booked = bookFill({ account, position }, order, fill, tradingDay(fill.at));
  const filledQuantity = order.filledQuantity + fill.quantity;
  const filled: Order = {
    ...order,
    filledQuantity,
    filledValue: order.filledValue.plus(fill.price.times(fill.quantity)),
    fillBasis: fill.basis ?? order.fillBasis,
    reserved: order.reserved.minus(account.reserved.minus(booked.account.reserved)),
    status: filledQuantity === order.quantity ? 'filled' : 'partially_filled',
    updatedAt: fill.at,
  };
  keepOrder(batch, filled);
  keepAccount(batch, booked.account);
  keepPosition(books.positions, userId, booked.position);
  keepPosition(batch.positions, userId, booked.position);
  books.executions.add(fill.executionId);
  batch.fills.push({ ...fill, userId });
  report(batch, userId, tradeExecuted(filled, fill), orderUpdated(filled));
}

function problemOf(
  order: Order,
  account: Account | undefined,
  position: Position,
  fill: BrokerFill,
): string | null {
  if (isFinal(order.status)) return `the order is ${order.status}`;
  return account ? findMismatch(order, position, fill) : 'there is no such account';
}

function applyAcceptance(batch: Batch, order: Order, event: BrokerEvent): void {
  if (order.reason === 'BROKER_UNAVAILABLE')
    batch.mismatches.push({ event, problem: 'the broker accepted it after it was given up' });
  if (order.status !== 'submitting') return;
  const working: Order = { ...order, status: 'working', updatedAt: event.at };
  keepOrder(batch, working);
  report(batch, order.userId, orderUpdated(working));
}

function applyEnd(batch: Batch, order: Order, { status, code, message }: Ending, at: number): void {
  if (!canMove(order.status, status)) return;
  const ended: Order = { ...order, status, reason: code, message, reserved: ZERO, updatedAt: at };
  keepOrder(batch, ended);
  const account = batch.books.accounts.get(order.userId);
  if (account && !order.reserved.eq(0))
    keepAccount(batch, { ...account, reserved: account.reserved.minus(order.reserved) });
  report(batch, order.userId, orderUpdated(ended));
  // The sender of a cancel expects the end; every other end is news.
  if (code !== 'CANCELLED_BY_USER') report(batch, order.userId, tradeFailed(ended, code, message));
}

function keepOrder({ books, orders }: Batch, order: Order): void {
  books.orders.set(order.id, order);
  orders.set(order.id, order);
}

function keepAccount({ books, accounts }: Batch, account: Account): void {
  books.accounts.set(account.userId, account);
  accounts.set(account.userId, account);
}

function report({ events }: Batch, userId: string, ...reported: JournalEvent[]): void {
  const list = events.get(userId);
  if (list) list.push(...reported);
  else events.set(userId, reported);
}
