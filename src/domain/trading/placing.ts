import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { Bus } from '../bus/bus.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import type { Ledger } from './ledger.ts';
import type { MarketView } from './market-view.ts';
import { firstAnswer, newOrder, readIntent } from './new-order.ts';
import { type Order, type OrderIntent, orderToPayload } from './order.ts';
import { orderUpdated, tradeFailed } from './order-events.ts';
import { orderKey } from './order-key.ts';
import type { Placed, PlaceFacts, Placement } from './placement.ts';
import { publishEvents } from './publish.ts';
import { repeatOnce } from './repeat-once.ts';
import { assess, type Verdict } from './risk.ts';
import type { RiskLimits } from './risk-limits.ts';
import { fingerprint } from './same-order.ts';
import { ORDERS_WAITING, ordersTopic, portfolioTopic } from './topics.ts';
import type { PlaceCommand, PlaceResult, Trading } from './trading.ts';

export interface PlacingOptions {
  readonly ledger: Ledger;
  readonly market: MarketView;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: RiskLimits;
}

/** Places orders: validates, judges inside the transaction, and publishes after its commit. */
export function createPlacing(options: PlacingOptions): Trading['place'] {
  const { ledger, market, bus, clock, log, limits } = options;

  const judge = (intent: OrderIntent, known: boolean, facts: PlaceFacts): Verdict => {
    const quote = market.quote(intent.symbol);
    return assess(
      {
        order: intent,
        ...{ facts, known, quote, fitness: market.fitness(quote) },
        open: market.isOpen(intent.symbol),
        quoteOf: market.quote,
        today: market.tradingDay(),
      },
      limits,
    );
  };

  const decide = (command: PlaceCommand, intent: OrderIntent, verdict: Verdict): Placement => {
    const order = newOrder(command, intent, verdict, clock.now(), market.nextClose(intent.symbol));
    if (verdict.approved) return { order, events: [orderUpdated(order)] };
    const { id: orderId, userId } = order;
    log.info({ orderId, userId, code: verdict.code, ...verdict.numbers }, 'order denied');
    return { order, events: [orderUpdated(order), tradeFailed(order, verdict.code, verdict.message)] };
  };

  const publish = (placed: Placed): void => {
    const { order } = placed;
    if (!placed.known) publishEvents(bus, [placed.appended]);
    if (order.status === 'accepted') bus.publish(ordersTopic, ORDERS_WAITING);
    if (!placed.known && order.reserved.gt(0)) bus.publish(portfolioTopic, { userId: order.userId });
  };

  return async (asked) => {
    const command = { ...asked, key: orderKey(asked.source, asked.key) };
    const { userId, key, sessionId = null } = command;
    const intent = readIntent(command.request);
    // The judge refuses contracts by their kind, also while the market cannot say which ones exist.
    const known = instrumentOf(intent.symbol).kind !== 'option' && (await market.knows(intent.symbol));
    const placed = await repeatOnce(() => {
      const duplicatesSince = clock.now() - limits.duplicateWindowMs;
      return ledger.place({ userId, key, intent, duplicatesSince, sessionId }, (facts) =>
        decide(command, intent, judge(intent, known, facts)),
      );
    });
    if (placed.order.fingerprint !== fingerprint(intent))
      throw new TradecastError('CONFLICT', 'This key was used for another order. Choose a new one.');
    publish(placed);
    return toResult(placed.order, placed.known);
  };
}

function toResult(order: Order, duplicate: boolean): PlaceResult {
  const first = firstAnswer(order);
  return { order: orderToPayload(first), ...(first.message && { message: first.message }), duplicate };
}
