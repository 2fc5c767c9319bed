import { type BenchCase, milliseconds, percent, thousands } from '../support/case.ts';
import { loadOrders, ORDER_USERS, type OrderLoad, type Terms, UNBOUNDED } from '../support/order-load.ts';
import { startService } from '../support/service.ts';

const MIN_PER_SECOND = 300;
const RESTING = { type: 'limit', limitPrice: 95 } as const;
const AT_MARKET = { type: 'market' } as const;

async function measure(terms: Terms, quick: boolean): Promise<OrderLoad> {
  const service = await startService({ database: 'embedded', users: ORDER_USERS, env: UNBOUNDED });
  try {
    return await loadOrders(service, { terms, quick });
  } finally {
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
    const perSecond = (count: number, { seconds }: OrderLoad): string => `${thousands(count / seconds)}/s`;
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

const describe = (name: string, { quarters, p50, p99, serverShare, clientShare }: OrderLoad): string =>
  `${name}: ${quarters.map((each) => `${thousands(each)}/s`).join(', ')} in the four quarters of the window; acknowledged after p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}; ` +
  `the service used ${percent(serverShare)} of a core (database included), the clients ${percent(clientShare)}`;
