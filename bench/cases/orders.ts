import { connected } from '../../rig/clients/stock-client.ts';
import { createHistogram } from '../../rig/histogram.ts';
import type { OrderPlaceMessage } from '../../src/protocol/orders.ts';
import { type BenchCase, milliseconds, pass, percent, thousands } from '../support/case.ts';
import { SYMBOLS } from '../support/quotes.ts';
import { startService } from '../support/service.ts';
import { ask, openClient } from '../support/trader.ts';
import { cpuSeconds } from '../support/usage.ts';

const USERS = 100;
/** Orders on their way at any time. */
const OUTSTANDING = 64;
const MIN_PER_SECOND = 300;
/** All are offered at 100.03. */
const TRADED = SYMBOLS.slice(0, 20);
const RESTING = { type: 'limit', limitPrice: 95 } as const;
const AT_MARKET = { type: 'market' } as const;

type Terms = Pick<OrderPlaceMessage, 'type' | 'limitPrice'>;

interface Result {
  readonly acknowledged: number;
  readonly filled: number;
  readonly seconds: number;
  /** Acknowledged a second in each quarter of the window: a decline is not sustained. */
  readonly quarters: readonly number[];
  readonly p50: number;
  readonly p99: number;
  readonly serverShare: number;
  readonly clientShare: number;
}

async function measure(order: Terms, quick: boolean): Promise<Result> {
  const service = await startService({
    database: 'embedded',
    users: USERS,
    env: {
      RATE_LIMITS: 'order:place=999999/60',
      DUPLICATE_WINDOW_SECONDS: '0',
      MAX_POSITION_VALUE: '10000000',
    },
  });
  const clients = service.users.map((user) => openClient(service.port, user));
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
        const client = clients[placed % USERS]!;
        const sentAt = performance.now();
        await ask(client, 'order:place', {
          clientOrderId: `bench-${placed}`,
          symbol: TRADED[Math.floor(placed / USERS) % TRADED.length]!,
          side: 'buy',
          quantity: 1,
          timeInForce: 'gtc',
          ...order,
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
    };
    running = false;
    await workers;
    return result;
  } finally {
    for (const client of clients) client.disconnect();
    await service.stop();
  }
}

export const orders: BenchCase = {
  name: 'orders',
  title: 'sustained orders, acknowledged after commit',
  how: `100 users place orders over their sockets (\`order:place\`), 64 under way at any time. Each is acknowledged after its
commit is on disk. There are 20 symbols on the embedded database; session check, risk checks and journal are
included. Rate limits and the duplicate check are disabled by configuration.

The case runs twice: with limit orders that stay open at the broker, and with market orders that the executor fills
meanwhile. Warm-up 3 s, measurement 10 s. The clients are standard clients in a process of their own.`,

  async run({ quick }) {
    const resting = await measure(RESTING, quick);
    const market = await measure(AT_MARKET, quick);
    const perSecond = (count: number, { seconds }: Result): string => `${thousands(count / seconds)}/s`;
    return {
      rows: [
        {
          what: 'orders acknowledged after commit, resting at the broker',
          measured: perSecond(resting.acknowledged, resting),
          yardstick: '–',
          target: `≥ ${MIN_PER_SECOND}/s`,
          reached: resting.acknowledged / resting.seconds >= MIN_PER_SECOND,
        },
        {
          what: 'orders acknowledged after commit and filled at the same time',
          measured: `${perSecond(market.acknowledged, market)} placed, ${perSecond(market.filled, market)} filled`,
          yardstick: '–',
          target: `≥ ${MIN_PER_SECOND}/s`,
          reached: Math.min(market.acknowledged, market.filled) / market.seconds >= MIN_PER_SECOND,
        },
      ],
      notes: [describe('resting orders', resting), describe('market orders', market)],
    };
  },
};

const describe = (name: string, { quarters, p50, p99, serverShare, clientShare }: Result): string =>
  `${name}: ${quarters.map((each) => `${thousands(each)}/s`).join(', ')} in the four quarters of the window; acknowledged after p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}; ` +
  `the service used ${percent(serverShare)} of a core (database included), the clients ${percent(clientShare)}`;
