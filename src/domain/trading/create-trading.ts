import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { type Decimal, decimal, ZERO } from '../../lib/decimal.ts';
import type { Log } from '../../lib/log.ts';
import { isUnavailable, TradecastError } from '../../protocol/errors.ts';
import type { OrderRequest } from '../../protocol/orders.ts';
import { priceSchema, quantitySchema } from '../../protocol/schemas.ts';
import type { Bus } from '../bus/bus.ts';
import type { Appended } from '../journal/journal.ts';
import { journalTopic } from '../journal/topics.ts';
import type { Ledger } from './ledger.ts';
import type { MarketView } from './market-view.ts';
import { type Order, type OrderIntent, orderToPayload } from './order.ts';
import { orderUpdated, tradeFailed } from './order-events.ts';
import type { PlaceFacts, Placement } from './placement.ts';
import { portfolioToPayload } from './portfolio.ts';
import { assess, type Verdict } from './risk.ts';
import type { RiskLimits } from './risk-limits.ts';
import { fingerprint } from './same-order.ts';
import { ORDERS_WAITING, ordersTopic, portfolioTopic } from './topics.ts';
import type { PlaceCommand, PlaceResult, Trading } from './trading.ts';

export interface TradingOptions {
  readonly ledger: Ledger;
  readonly market: MarketView;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: RiskLimits;
}

/** Most orders one list answers with. */
const MAX_ORDERS = 200;

/** The trading service of one replica. */
export function createTrading(options: TradingOptions): Trading {
  const { ledger, market, bus, clock, log, limits } = options;

  const publish = (appended: readonly Appended[]): void => {
    for (const message of appended) bus.publish(journalTopic, message);
  };

  const decide = (
    command: PlaceCommand,
    intent: OrderIntent,
    known: boolean,
    facts: PlaceFacts,
  ): Placement => {
    const at = clock.now();
    const quote = market.quote(intent.symbol);
    const verdict = assess(
      {
        order: intent,
        facts,
        known,
        open: market.isOpen(intent.symbol),
        quote,
        fresh: quote !== undefined && market.isFresh(quote),
        quoteOf: market.quote,
        mayExist: market.mayExist,
        today: market.tradingDay(),
      },
      limits,
    );
    const order = newOrder(command, intent, verdict, at, market.nextClose(intent.symbol));
    if (verdict.approved) return { order, events: [orderUpdated(order)] };
    log.info(
      { orderId: order.id, userId: order.userId, code: verdict.code, ...verdict.numbers },
      'order denied',
    );
    return { order, events: [orderUpdated(order), tradeFailed(order, verdict.code, verdict.message)] };
  };

  const place = async (command: PlaceCommand): Promise<PlaceResult> => {
    const { userId, key, request } = command;
    const intent = readIntent(request);
    const known = await market.knows(intent.symbol);
    const placed = await again(() =>
      ledger.place(
        {
          userId,
          key,
          intent,
          duplicatesSince: clock.now() - limits.duplicateWindowMs,
          sessionId: command.sessionId ?? null,
        },
        (facts) => decide(command, intent, known, facts),
      ),
    );
    const { order } = placed;
    if (order.fingerprint !== fingerprint(intent))
      throw new TradecastError('CONFLICT', 'This key was used for another order. Choose a new one.');
    if (!placed.known) publish([placed.appended]);
    if (order.status === 'accepted') bus.publish(ordersTopic, ORDERS_WAITING);
    if (!placed.known && order.reserved.gt(0)) bus.publish(portfolioTopic, { userId });
    const first = firstAnswer(order);
    return {
      order: orderToPayload(first),
      ...(first.message && { message: first.message }),
      duplicate: placed.known,
    };
  };

  const mark: Trading['mark'] = (holdings) =>
    portfolioToPayload(holdings, market.quote, clock.now(), market.tradingDay());

  return {
    place,
    mark,
    async cancel(userId, orderId, sessionId) {
      const { order, appended } = await again(() =>
        ledger.requestCancel(userId, orderId, clock.now(), sessionId),
      );
      publish(appended);
      bus.publish(ordersTopic, ORDERS_WAITING);
      if (appended.length > 0) bus.publish(portfolioTopic, { userId });
      return orderToPayload(order);
    },
    async orders(userId, status) {
      const orders = await ledger.orders(userId, status ?? null, MAX_ORDERS);
      return orders.map(orderToPayload);
    },
    async portfolio(userId) {
      return mark(await ledger.holdings(userId));
    },
    holdings: (userId) => ledger.holdings(userId),
    async halt(scope, reason) {
      await ledger.halt(scope, reason, clock.now());
      log.warn({ scope, reason }, 'trading halted');
      bus.publish(ordersTopic, ORDERS_WAITING);
    },
    async resume(scope) {
      await ledger.resume(scope);
      log.warn({ scope }, 'trading resumed');
      bus.publish(ordersTopic, ORDERS_WAITING);
    },
  };
}

/**
 * An error of the database does not mean that nothing was written. Both writes here may be repeated, and the
 * second attempt finds out; a refusal is final.
 */
async function again<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof TradecastError && !isUnavailable(error)) throw error;
    return attempt();
  }
}

/** Throws VALIDATION for what the ledger could not even keep; whether the numbers make sense is for the risk checks. */
function readIntent(request: OrderRequest): OrderIntent {
  const { symbol, side, type, timeInForce } = request;
  const quantity = quantitySchema.safeParse(request.quantity);
  const limitPrice = priceSchema.optional().safeParse(request.limitPrice);
  const stopPrice = priceSchema.optional().safeParse(request.stopPrice);
  if (!quantity.success)
    throw new TradecastError('VALIDATION', 'The quantity must be a whole number of shares, up to a million.');
  if (!limitPrice.success || !stopPrice.success)
    throw new TradecastError('VALIDATION', 'A price must be above zero with at most four decimals.');
  const price = (value: number | undefined): Decimal | null => (value === undefined ? null : decimal(value));
  return {
    symbol,
    side,
    type,
    timeInForce,
    quantity: quantity.data,
    limitPrice: price(limitPrice.data),
    stopPrice: price(stopPrice.data),
  };
}

const newOrder = (
  { userId, key, source }: PlaceCommand,
  intent: OrderIntent,
  verdict: Verdict,
  at: number,
  close: number | null,
): Order => ({
  ...intent,
  id: randomUUID(),
  userId,
  clientOrderId: key,
  fingerprint: fingerprint(intent),
  source,
  boundPrice: verdict.approved ? verdict.boundPrice : null,
  reserved: verdict.approved ? verdict.reserve : ZERO,
  filledQuantity: 0,
  filledValue: ZERO,
  status: verdict.approved ? 'accepted' : 'denied',
  reason: verdict.approved ? null : verdict.code,
  message: verdict.approved ? null : verdict.message,
  endReason: null,
  expiresAt: intent.timeInForce === 'day' ? close : null,
  createdAt: at,
  updatedAt: at,
});

/** The order as it was when it was first answered for: what a repeat gets. */
const firstAnswer = (order: Order): Order =>
  order.status === 'denied'
    ? order
    : {
        ...order,
        status: 'accepted',
        reason: null,
        message: null,
        filledQuantity: 0,
        updatedAt: order.createdAt,
      };
