import { startRedisServer } from '../../local/redis-server.ts';
import { silentLog } from '../../rig/log.ts';
import { until } from '../../rig/wait.ts';
import { createBreaker } from '../../src/adapters/redis/breaker.ts';
import { createRedisClients } from '../../src/adapters/redis/clients.ts';
import { createRedisConnectionCounter } from '../../src/adapters/redis/connection-counter.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type BenchCase, pass, thousands, times } from '../support/case.ts';
import { type CommandUsage, usedBetween, watchRedis } from '../support/redis-usage.ts';

const SOCKETS = 5_000;
const FACTOR = 4;
const PER_USER = 5;
const WINDOW_MS = 20_000;
const MAX_RATIO = 1.2;
/** Everything that a replica asks Redis about places. */
const COMMANDS = ['evalsha', 'eval', 'zcard'];
/** Places that are asked for at the same time. */
const AT_ONCE = 200;

export const places: BenchCase = {
  name: 'places',
  title: 'places of users in Redis, by sockets',
  how: `One replica's counter of places over a real Redis. It holds the places of ${thousands(SOCKETS)} sockets, then of
${FACTOR} times as many, five for each user, and nothing connects or leaves. The figure is the time that Redis works on its
commands within ${WINDOW_MS / 1_000} s, by \`INFO commandstats\`. The cost of a connect is the time of taking one place and of
giving it back, the mean of all.`,

  async run({ quick }) {
    const windowMs = quick ? 2_000 : WINDOW_MS;
    const sockets = quick ? 500 : SOCKETS;
    const few = await measure(sockets, windowMs);
    const many = await measure(FACTOR * sockets, windowMs);
    const ratio = many.renewal.microseconds / few.renewal.microseconds;
    const perSecond = ({ renewal }: Measured): string =>
      `${((renewal.microseconds * 1_000) / windowMs).toFixed(0)} µs/s`;
    return {
      rows: [
        {
          what: `Redis CPU of places with ${thousands(FACTOR * sockets)} sockets, against ${thousands(sockets)}`,
          measured: `${perSecond(many)}: ${times(ratio)}`,
          yardstick: perSecond(few),
          target: `≤ ${MAX_RATIO} ×`,
          reached: ratio <= MAX_RATIO,
        },
      ],
      notes: [few, many].map(
        ({ count, renewal, connects }) =>
          `${thousands(count)} sockets: ${renewal.calls} commands in ${windowMs / 1_000} s; ` +
          `${(connects.microseconds / count).toFixed(1)} µs of Redis for each socket to come and go`,
      ),
    };
  },
};

interface Measured {
  readonly count: number;
  readonly renewal: CommandUsage;
  readonly connects: CommandUsage;
}

async function measure(count: number, windowMs: number): Promise<Measured> {
  const redis = await startRedisServer();
  const watch = watchRedis(redis.url);
  const clients = createRedisClients({ url: redis.url, log: silentLog });
  const clock = systemClock;
  const breaker = createBreaker({
    ...{ redis: clients.commands, clock, log: silentLog },
    link: { state: () => 'ok', onChange: () => () => {} },
  });
  const connections = createRedisConnectionCounter({
    ...{ clients, breaker, clock, prefix: 'bench', maxPerUser: PER_USER },
    replicas: () => 1,
  });
  const all = Array.from(
    { length: count },
    (_, at) => [`user-${Math.floor(at / PER_USER)}`, `c${at}`] as const,
  );
  try {
    clients.connect();
    breaker.start();
    connections.start();
    await until(() => breaker.isClosed(), 'Redis can be asked');
    const start = await watch.commands();
    for (let at = 0; at < count; at += AT_ONCE)
      await Promise.all(all.slice(at, at + AT_ONCE).map((place) => connections.acquire(...place)));
    const before = await watch.commands();
    await pass(windowMs);
    const after = await watch.commands();
    for (const place of all) connections.release(...place);
    await until(() => connections.uniqueUsers() === 0, 'all have gone');
    const end = await watch.commands();
    const [came, went] = [usedBetween(start, before, COMMANDS), usedBetween(after, end, COMMANDS)];
    return {
      count,
      renewal: usedBetween(before, after, COMMANDS),
      connects: {
        calls: came.calls + went.calls,
        microseconds: came.microseconds + went.microseconds,
      },
    };
  } finally {
    await connections.stop();
    breaker.stop();
    clients.close();
    watch.stop();
    await redis.stop();
  }
}
