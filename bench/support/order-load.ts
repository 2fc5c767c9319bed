import { connected } from '../../rig/clients/stock-client.ts';
import { createHistogram } from '../../rig/histogram.ts';
import type { OrderPlaceMessage } from '../../src/protocol/orders.ts';
import { pass } from './case.ts';
import { SYMBOLS } from './quotes.ts';
import type { Service } from './service.ts';
import { ask, openClient } from './trader.ts';
import { cpuSeconds } from './usage.ts';

/** Those of the load. */
export const ORDER_USERS = 100;
/** Orders on their way at any time. */
const OUTSTANDING = 64;
/** All are offered at 100.03. */
const TRADED = SYMBOLS.slice(0, 20);

/** Of a service that only the load shall bound. */
export const UNBOUNDED = {
  RATE_LIMITS: 'order:place=999999/60',
  DUPLICATE_WINDOW_SECONDS: '0',
  MAX_POSITION_VALUE: '10000000',
};

export type Terms = Pick<OrderPlaceMessage, 'type' | 'limitPrice'>;

export interface OrderLoad {
  readonly acknowledged: number;
  readonly filled: number;
  readonly seconds: number;
  /** Acknowledged a second in each quarter of the window: a decline is not sustained. */
  readonly quarters: readonly number[];
  readonly p50: number;
  readonly p99: number;
  readonly serverShare: number;
  readonly clientShare: number;
  /** CPU of whatever `more` counts, as a share of one core. */
  readonly moreShare: number;
}

export interface OrderLoadOptions {
  readonly terms: Terms;
  readonly quick: boolean;
  /** CPU seconds of a database outside the service. */
  readonly more?: () => number;
}

/** Users place orders over their sockets, so many under way at any time. */
export async function loadOrders(service: Service, options: OrderLoadOptions): Promise<OrderLoad> {
  const { terms, quick, more = () => 0 } = options;
  const clients = service.users.slice(0, ORDER_USERS).map((user) => openClient(service.port, user));
  const latencies = createHistogram();
  const counts = { acknowledged: 0, filled: 0 };
  let running = true;
  try {
    await Promise.all(clients.map(connected));
    await Promise.all(clients.map((client) => ask(client, 'subscribe:trades')));
    await ask(clients[0]!, 'subscribe:watchlist', TRADED);
    await service.child.call('updates', { perSecond: 2, together: false });
    for (const client of clients) client.on('trade:executed', () => (counts.filled += 1));
    await pass(1_000);

    let placed = 0;
    const worker = async (): Promise<void> => {
      while (running) {
        placed += 1;
        const client = clients[placed % clients.length]!;
        const sentAt = performance.now();
        await ask(client, 'order:place', {
          clientOrderId: `bench-${placed}`,
          symbol: TRADED[Math.floor(placed / clients.length) % TRADED.length]!,
          side: 'buy',
          quantity: 1,
          timeInForce: 'gtc',
          ...terms,
        });
        latencies.record(performance.now() - sentAt);
        counts.acknowledged += 1;
      }
    };
    const workers = Promise.all(Array.from({ length: OUTSTANDING }, worker));
    await pass(quick ? 300 : 3_000);
    latencies.clear();
    const before = {
      ...counts,
      at: performance.now(),
      own: cpuSeconds(),
      server: await service.child.call('cpuSeconds'),
      more: more(),
    };
    const quarters: number[] = [];
    for (let quarter = 0; quarter < 4; quarter++) {
      const from = { acknowledged: counts.acknowledged, at: performance.now() };
      await Promise.race([pass(quick ? 125 : 2_500), workers]);
      quarters.push(((counts.acknowledged - from.acknowledged) * 1_000) / (performance.now() - from.at));
    }
    const seconds = (performance.now() - before.at) / 1_000;
    const result = {
      acknowledged: counts.acknowledged - before.acknowledged,
      filled: counts.filled - before.filled,
      seconds,
      quarters,
      p50: latencies.at(0.5),
      p99: latencies.at(0.99),
      serverShare: ((await service.child.call('cpuSeconds')) - before.server) / seconds,
      clientShare: (cpuSeconds() - before.own) / seconds,
      moreShare: (more() - before.more) / seconds,
    };
    running = false;
    await workers;
    return result;
  } finally {
    for (const client of clients) client.disconnect();
  }
}
