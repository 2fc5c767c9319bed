import { connected } from '../../rig/clients/stock-client.ts';
import { type BenchCase, pass, percent, thousands } from '../support/case.ts';
import { SYMBOLS } from '../support/quotes.ts';
import { type RedisUsage, usedBetween, watchRedis } from '../support/redis-usage.ts';
import { type Replica, startReplicas } from '../support/replicas.ts';
import { ask, openClient, startOrders } from '../support/trader.ts';

const USERS = 100;
const OUTSTANDING = 64;
const TRADED = SYMBOLS.slice(0, 20);
const WARM_UP_MS = 3_000;
const WINDOW_MS = 10_000;
const MAX_CPU_MS = 0.05;
const MAX_PUBLISHES = 1;

/** What one window cost. */
interface Window {
  readonly seconds: number;
  readonly cpu: number;
  readonly publishes: number;
  readonly filled: number;
}

export const uninvolved: BenchCase = {
  name: 'uninvolved',
  title: 'what an order costs a replica that has nothing to do with it',
  how: `Two replicas, each in its own process, over a real Redis and a real Postgres that syncs to disk. ${USERS} users place
market orders over their sockets to the first replica, ${OUTSTANDING} under way at any time; the executor fills them there.
The second replica has no client and no lease.

- Its CPU and the publishes on Redis are those of ${WINDOW_MS / 1_000} s of orders, without those of as many seconds before
  in which nobody orders: heartbeats, quotes and the replica's own work.
- An order counts with its fill.`,

  async run({ quick }) {
    const set = await startReplicas({
      replicas: 2,
      users: USERS,
      env: {
        RATE_LIMITS: 'order:place=999999/60',
        DUPLICATE_WINDOW_SECONDS: '0',
        MAX_POSITION_VALUE: '10000000',
      },
    });
    const redis = watchRedis(set.redisUrl);
    const [busy, idle] = set.replicas as [Replica, Replica];
    const clients = set.users.map((user) => openClient(busy.port, user));
    let filled = 0;
    try {
      await Promise.all(clients.map(connected));
      await Promise.all(clients.map((client) => ask(client, 'subscribe:trades')));
      await ask(clients[0]!, 'subscribe:watchlist', TRADED);
      for (const client of clients) client.on('trade:executed', () => (filled += 1));
      await busy.child.call('updates', { perSecond: 2, together: false });
      const window = (): Promise<Window> => measure(idle, redis, quick ? 1_000 : WINDOW_MS, () => filled);
      await pass(quick ? 500 : WARM_UP_MS);
      const before = await window();
      const stopOrders = startOrders(clients, TRADED, OUTSTANDING);
      await pass(quick ? 500 : WARM_UP_MS);
      const during = await window();
      await stopOrders();
      return report(before, during);
    } finally {
      for (const client of clients) client.disconnect();
      redis.stop();
      await set.stop();
    }
  },
};

async function measure(
  { child }: Replica,
  redis: RedisUsage,
  ms: number,
  filled: () => number,
): Promise<Window> {
  const look = async () => {
    const [cpu, commands] = await Promise.all([child.call('cpuSeconds'), redis.commands()]);
    return { cpu, commands, filled: filled(), at: performance.now() };
  };
  const before = await look();
  await pass(ms);
  const after = await look();
  return {
    seconds: (after.at - before.at) / 1_000,
    cpu: after.cpu - before.cpu,
    publishes: usedBetween(before.commands, after.commands, ['publish']).calls,
    filled: after.filled - before.filled,
  };
}

function report(before: Window, during: Window) {
  const share = during.seconds / before.seconds;
  const cpuMs = ((during.cpu - before.cpu * share) / during.filled) * 1_000;
  const publishes = (during.publishes - before.publishes * share) / during.filled;
  const perSecond = during.filled / during.seconds;
  return {
    rows: [
      {
        what: 'CPU of a replica without its user, an order placed and filled',
        measured: `${cpuMs.toFixed(3)} ms`,
        yardstick: `idle ${percent(before.cpu / before.seconds)} of a core`,
        target: `≤ ${MAX_CPU_MS} ms`,
        reached: cpuMs <= MAX_CPU_MS,
      },
      {
        what: 'publishes on Redis, an order placed and filled',
        measured: publishes.toFixed(2),
        yardstick: `${thousands(perSecond)} orders/s`,
        target: `< ${MAX_PUBLISHES}`,
        reached: publishes < MAX_PUBLISHES,
      },
    ],
    notes: [
      `the other replica used ${percent(before.cpu / before.seconds)} of a core with ${thousands(before.publishes / before.seconds)} publishes/s before, ` +
        `${percent(during.cpu / during.seconds)} with ${thousands(during.publishes / during.seconds)}/s during ${thousands(perSecond)} orders/s`,
    ],
  };
}
