import { MAX_ORDERS_PAGE } from '../../protocol/limits.ts';
import { orderToPayload } from './order.ts';
import { createPlacing, type PlacingOptions } from './placing.ts';
import { portfolioToPayload } from './portfolio.ts';
import { publishEvents } from './publish.ts';
import { repeatOnce } from './repeat-once.ts';
import { ORDERS_WAITING, ordersTopic, portfolioTopic } from './topics.ts';
import type { Trading } from './trading.ts';

/** The trading service of one replica. */
export function createTrading(options: PlacingOptions): Trading {
  const { ledger, market, bus, clock } = options;

  const mark: Trading['mark'] = (holdings) =>
    portfolioToPayload(holdings, market.quote, clock.now(), market.tradingDay());

  return {
    place: createPlacing(options),
    mark,
    async cancel(userId, orderId, sessionId) {
      const { order, appended } = await repeatOnce(() =>
        ledger.requestCancel(userId, orderId, clock.now(), sessionId),
      );
      publishEvents(bus, appended);
      bus.publish(ordersTopic, ORDERS_WAITING);
      if (appended.length > 0) bus.publish(portfolioTopic, { userId });
      return orderToPayload(order);
    },
    async orders(userId, list) {
      const orders = await ledger.orders(userId, { limit: MAX_ORDERS_PAGE, ...list });
      return orders.map(orderToPayload);
    },
    async portfolio(userId) {
      return mark(await ledger.holdings(userId));
    },
    holdings: (userId) => ledger.holdings(userId),
  };
}
