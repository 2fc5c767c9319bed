import { randomUUID } from 'node:crypto';
import { silentLog } from '../../rig/log.ts';
import { STEP_MS } from '../../rig/patience.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import type { Queryable } from '../../src/adapters/sql/database.ts';
import { openAccount } from '../../src/adapters/stores/trading/accounts.ts';
import type { EngineLease } from '../../src/domain/engine/lease.ts';
import type { Quote } from '../../src/domain/market/quote.ts';
import type { PriceListener } from '../../src/domain/market/quote-book.ts';
import { DECIMALS } from '../../src/domain/trading/amounts.ts';
import type { BrokerOrder } from '../../src/domain/trading/broker.ts';
import { fitnessOf, spreadLevels } from '../../src/domain/trading/fit.ts';
import { dayChange, heldOf } from '../../src/domain/trading/held.ts';
import type { Account, Position } from '../../src/domain/trading/holdings.ts';
import type { MarketView } from '../../src/domain/trading/market-view.ts';
import { markOf } from '../../src/domain/trading/marks.ts';
import type { Order } from '../../src/domain/trading/order.ts';
import { emptyPosition } from '../../src/domain/trading/portfolio.ts';
import type { RiskLimits } from '../../src/domain/trading/risk-limits.ts';
import { decimal } from '../../src/lib/decimal.ts';
import { createEmitter } from '../../src/lib/emitter.ts';
import type { OrderRequest } from '../../src/protocol/orders.ts';

/** Limits that an order for 10 AAPL at 100 is within. */
export const LIMITS: RiskLimits = {
  maxOrderValue: decimal(250_000),
  maxPositionValue: decimal(500_000),
  marketCollar: decimal('0.05'),
  limitCollar: decimal('0.1'),
  duplicateWindowMs: 10_000,
  dailyLossLimit: decimal(10_000),
};

/** The default of MAX_SPREAD_PERCENT. */
export const SPREADS = spreadLevels(['0.2', '0.1', '0.06'].map(decimal));

export const TODAY = '2026-03-02';
/** A Monday in the middle of the session. */
export const NOON = Date.parse('2026-03-02T17:00:00Z');

export const quoteOf = (symbol: string, changes: Partial<Quote> = {}): Quote => ({
  symbol,
  price: 100,
  bid: 99.9,
  ask: 100.1,
  previousClose: 98,
  volume: 1_000,
  sourceTime: NOON,
  receivedAt: NOON,
  nbboReceivedAt: NOON,
  priceTime: NOON,
  priceReceivedAt: NOON,
  state: 'live',
  ...changes,
});

export const accountOf = (
  changes: Partial<Record<keyof Omit<Account, 'userId'>, string | number>> = {},
): Account => ({
  userId: 'user',
  deposits: decimal(changes.deposits ?? 100_000),
  cash: decimal(changes.cash ?? 100_000),
  reserved: decimal(changes.reserved ?? 0),
  cost: decimal(changes.cost ?? 0),
  realized: decimal(changes.realized ?? 0),
});

export const positionOf = (
  symbol: string,
  quantity: number,
  cost: string | number,
  changes: Partial<Position> = {},
): Position => ({
  ...emptyPosition(symbol),
  quantity,
  cost: decimal(cost),
  ...changes,
});

/** The day change of a position, as text; undefined where it is not known. */
export const changeOf = (position: Position, quote: Quote | undefined): string | undefined => {
  const held = heldOf(DECIMALS, position, TODAY);
  return held ? dayChange(DECIMALS, held, markOf(position, quote, TODAY))?.toString() : undefined;
};

export const orderOf = (changes: Partial<Order> = {}): Order => ({
  id: randomUUID(),
  userId: 'user',
  clientOrderId: 'key',
  fingerprint: 'print',
  source: 'api',
  symbol: 'AAPL',
  side: 'buy',
  type: 'market',
  timeInForce: 'day',
  quantity: 10,
  limitPrice: null,
  stopPrice: null,
  boundPrice: decimal(105),
  reserved: decimal(0),
  filledQuantity: 0,
  filledValue: decimal(0),
  fillBasis: null,
  status: 'submitting',
  reason: null,
  message: null,
  endReason: null,
  expiresAt: null,
  createdAt: NOON,
  updatedAt: NOON,
  ...changes,
});

export const brokerOrderOf = (changes: Partial<BrokerOrder> = {}): BrokerOrder => ({
  id: randomUUID(),
  symbol: 'AAPL',
  side: 'buy',
  type: 'market',
  quantity: 10,
  filledQuantity: 0,
  boundPrice: decimal(105),
  stopPrice: null,
  placedAt: NOON,
  ...changes,
});

export const requestOf = (changes: Partial<OrderRequest> = {}): OrderRequest => ({
  symbol: 'AAPL',
  side: 'buy',
  type: 'market',
  quantity: 10,
  timeInForce: 'day',
  ...changes,
});

/** A market that moves only by `set`; every symbol is known and quoted at 99.90 / 100.10. */
export interface StillMarket extends MarketView {
  set(symbol: string, changes: Partial<Quote> | null): void;
  open: boolean;
  close: number | null;
  /** What `createPaperBroker` wants. */
  onQuotes(listener: (symbols: Iterable<string>) => void): () => void;
  onPrices(listener: PriceListener): () => void;
  /** Trades that set the last price, one right after the other; the quote is as the last one leaves it. */
  trade(symbol: string, ...prices: number[]): void;
  /** Lowest, highest and last price of a minute that begins then, milliseconds since epoch. */
  bar(symbol: string, bar: { low: number; high: number; close: number; start: number }): void;
}

export function createStillMarket(): StillMarket {
  const quotes = new Map<string, Quote | undefined>();
  const listeners = new Set<(symbols: Iterable<string>) => void>();
  const prices = createEmitter<Parameters<PriceListener>>();
  const market: StillMarket = {
    open: true,
    close: null,
    onPrices: prices.on,
    trade(symbol, ...made) {
      for (const price of made) prices.emit(symbol, price, NOON);
      market.set(symbol, { ...market.quote(symbol), price: made.at(-1) ?? 0 });
    },
    bar(symbol, { low, high, close, start }) {
      for (const price of [low, high]) prices.emit(symbol, price, NOON, start);
      market.trade(symbol, close);
    },
    set(symbol, changes) {
      quotes.set(symbol, changes ? quoteOf(symbol, changes) : undefined);
      for (const listener of listeners) listener([symbol]);
    },
    onQuotes(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    knows: async (symbol) => symbol !== 'NOPE',
    quote: (symbol) => (quotes.has(symbol) ? quotes.get(symbol) : quoteOf(symbol)),
    fitness: (quote) => fitnessOf(quote, NOON, SPREADS),
    isOpen: () => market.open,
    nextClose: () => market.close,
    tradingDay: () => TODAY,
  };
  return market;
}

/** A lease that the test hands over. */
export function createTestLease(fencing: number | null): EngineLease & { set(fencing: number | null): void } {
  const listeners = new Set<(fencing: number | null) => void>();
  let current = fencing;
  return {
    set(next) {
      current = next;
      for (const listener of listeners) listener(next);
    },
    current: () => current,
    engine: () => 'test',
    newest: () => current,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: async () => {},
    stop: async () => {},
  };
}

export const createTestBus = () => createLocalBus(silentLog);

/** A user with an account; answers with its id. */
export async function createTrader(db: Queryable, cash: string | number = 100_000): Promise<string> {
  const id = randomUUID();
  await db.query(
    `INSERT INTO users (id, username, name, tier, password_hash, created_at) VALUES ($1, $2, 'Trader', 'member', 'none', now())`,
    [id, `t${id.slice(0, 8)}`],
  );
  await openAccount(db, id, cash);
  return id;
}

/** Resolves when `check` no longer throws, or fails with its last error. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  const until = Date.now() + STEP_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Makes the caller the engine, as winning the lease would; earlier fencing numbers are stale from then on. */
export async function takeEngine(db: Queryable): Promise<number> {
  const [row] = await db.query<{ fencing: number }>(
    "UPDATE leases SET fencing = fencing + 1 WHERE name = 'engine' RETURNING fencing",
    [],
  );
  return row!.fencing;
}

export interface Audit {
  /** cash + cost - deposits - realized, summed over all accounts' absolute values; '0' when it holds. */
  readonly imbalance: string;
  /** Accounts whose reserve, cost or holdings are not those of their orders, positions and fills. */
  readonly crooked: number;
  /** Users whose journal has a hole or ends elsewhere than its head says. */
  readonly holes: number;
}

/** Recomputes from the facts what the ledger keeps as sums. */
export async function audit(db: Queryable): Promise<Audit> {
  const [row] = await db.query<Audit>(
    `SELECT
      (SELECT coalesce(sum(abs(cash + cost - deposits - realized)), 0)::float8::text FROM accounts) AS imbalance,
      (SELECT count(*) FROM accounts a WHERE
        a.reserved <> (SELECT coalesce(sum(o.reserved), 0) FROM orders o WHERE o.user_id = a.user_id)
        OR a.cost <> (SELECT coalesce(sum(p.cost + p.fraction_cost), 0) FROM positions p WHERE p.user_id = a.user_id)
        OR a.realized <> (SELECT coalesce(sum(p.realized), 0) FROM positions p WHERE p.user_id = a.user_id)
        OR EXISTS (SELECT FROM positions p WHERE p.user_id = a.user_id AND p.quantity <>
          (SELECT coalesce(sum(CASE o.side WHEN 'buy' THEN f.quantity ELSE -f.quantity END), 0)
           FROM fills f JOIN orders o ON o.id = f.order_id WHERE o.user_id = p.user_id AND o.symbol = p.symbol)
          + (SELECT coalesce(sum(j.quantity_after - j.quantity_before), 0) FROM position_adjustments j
             WHERE j.user_id = p.user_id AND j.symbol = p.symbol))
        OR EXISTS (SELECT FROM orders o WHERE o.user_id = a.user_id AND o.filled_quantity <>
          (SELECT coalesce(sum(f.quantity), 0) FROM fills f WHERE f.order_id = o.id))
      ) AS crooked,
      (SELECT count(*) FROM journal_heads h WHERE h.seq - h.floor <>
        (SELECT count(*) FROM journal j WHERE j.user_id = h.user_id AND j.seq > h.floor AND j.seq <= h.seq)
        OR EXISTS (SELECT FROM journal j WHERE j.user_id = h.user_id AND j.seq > h.seq)) AS holes`,
    [],
  );
  return row!;
}
export const SOUND: Audit = { imbalance: '0', crooked: 0, holes: 0 };
