import { TradecastError } from '../protocol/errors.ts';
import type { MetricRegistry } from './registry.ts';

const OUTCOMES = ['accepted', 'denied', 'repeated', 'refused', 'failed'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** `failed` is a fault of the service; `refused` a wrong request, such as a key that another order has used. */
const outcomeOf = (error: unknown): Outcome =>
  error instanceof TradecastError && error.code !== 'UNAVAILABLE' && error.code !== 'INTERNAL'
    ? 'refused'
    : 'failed';

export interface TradingMetrics {
  /** Passes on an order that is being placed, and counts how it ended. */
  countOrder<T extends { order: { status: string }; duplicate: boolean }>(placing: Promise<T>): Promise<T>;
  /** Orders since the start. */
  orders(): number;
}

export function createTradingMetrics(registry: MetricRegistry): TradingMetrics {
  const orders = registry.labelledTally('tradecast_orders_total', 'Orders requested, by outcome', 'outcome');
  const latency = registry.timer('tradecast_order_seconds', 'From the request to the commit of an order');
  for (const outcome of OUTCOMES) orders.begin({ outcome });

  return {
    countOrder(placing) {
      const end = latency.start();
      const count = (outcome: Outcome): void => {
        end();
        orders.add({ outcome });
      };
      placing.then(
        ({ order, duplicate }) =>
          count(duplicate ? 'repeated' : order.status === 'denied' ? 'denied' : 'accepted'),
        (error: unknown) => count(outcomeOf(error)),
      );
      return placing;
    },
    orders: orders.sum,
  };
}

export function readTrading(registry: MetricRegistry, read: { isHalted(): boolean }): void {
  registry.gauge('tradecast_trading_halted', '1 while trading is halted for everyone, else 0', () =>
    Number(read.isHalted()),
  );
}
