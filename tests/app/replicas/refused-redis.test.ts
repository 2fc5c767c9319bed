import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';
import { aclLine } from '../../../src/adapters/redis/rights.ts';
import type { WebSocketHealthPayload } from '../../../src/protocol/health-payloads.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

let cluster: TestCluster;
let admin: Redis;
const acl = (...rules: string[]) => admin.call('ACL', 'SETUSER', ...rules);
/** What the documented line gives, and not the password: tests take rights from it and give them back. */
const rights = aclLine('app', 'tradecast')
  .split(' ')
  .slice(3)
  .map((word) => word.replaceAll("'", ''));

beforeAll(async () => {
  cluster = await startCluster({ replicas: 0 });
  admin = new Redis(cluster.redis.url);
  await acl('app', ...rights);
  const REDIS_URL = cluster.redis.url.replace('redis://', 'redis://app:password@');
  await cluster.join({ env: { REDIS_URL } });
  await cluster.join({ env: { REDIS_URL } });
});
afterAll(async () => {
  admin.disconnect();
  await cluster.close();
});

const healthOf = async (app: TestApp): Promise<WebSocketHealthPayload> =>
  (await app.request('GET', '/health/websocket')).body as unknown as WebSocketHealthPayload;
async function allSay(what: string, holds: (health: WebSocketHealthPayload) => boolean): Promise<void> {
  await until(async () => (await Promise.all(cluster.apps.map(healthOf))).every(holds), what);
}
const isWell = ({ status, redis }: WebSocketHealthPayload): boolean => status === 'healthy' && redis === 'ok';
const saysWhy =
  (reason: RegExp) =>
  ({ status, redis, problems }: WebSocketHealthPayload): boolean =>
    status === 'degraded' && redis === 'down' && problems.some((problem) => reason.test(problem));

/** A quote that the engine receives is shown to a client of the other replica. */
async function quoteArrives(price: number): Promise<void> {
  const [engine, other] = cluster.apps as [TestApp, TestApp];
  const session = await other.signUp();
  const socket = await other.connect(session);
  const arrived = next(socket, 'quote:update', (quote) => quote.price === price);
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await until(() => engine.market.wanted().has('AAPL'), 'AAPL is wanted');
  engine.market.tick('AAPL', price);
  await arrived;
  socket.disconnect();
}

describe('two replicas on a Redis with an ACL', () => {
  test('are healthy with the rights of the documented line and no other', async () => {
    await allSay('they are healthy', isWell);
    await quoteArrives(101);
  });

  test.each([
    [
      'the pattern of the adapter',
      ['resetchannels', '&tradecast-request#/#*', '&tradecast-response#/#*'],
      /Redis is away: .*NOPERM.*channel/,
    ],
    ['PUBLISH', ['-publish'], /Redis is away: .*NOPERM.*publish/],
    ['scripting', ['-eval', '-evalsha'], /Redis is away: .*NOPERM.*eval/],
    ['the keys', ['resetkeys'], /Redis is away: .*NOPERM.*key/],
  ])(
    'say so when %s is taken from their user, serve on, and are well when it is back',
    async (_what, taken, reason) => {
      await acl('app', ...taken);
      // The line exists, and only a new connection would notice.
      await admin.call('CLIENT', 'KILL', 'USER', 'app');
      await allSay('they say why Redis is away', saysWhy(reason));
      await quoteArrives(102 + Math.random());
      await acl('app', ...rights);
      await allSay('they are healthy again', isWell);
      await quoteArrives(103 + Math.random());
    },
  );

  test('count a full memory as Redis being away, with its reason', async () => {
    await allSay('they are healthy', isWell);
    await admin.config('SET', 'maxmemory', '1');
    // Also the one without a client, which asks Redis for nothing by itself.
    const socket = await cluster.apps[0]!.connect(await cluster.apps[0]!.signUp());
    await allSay('they say why', saysWhy(/Redis is away: OOM command not allowed/));
    expect(socket.connected).toBe(true);
    await admin.config('SET', 'maxmemory', '0');
    await allSay('they are healthy again', isWell);
  });

  test('count a Redis that became read-only as away, with its reason', async () => {
    await admin.replicaof('127.0.0.1', '1');
    await allSay('they say why', saysWhy(/Redis is away: .*READONLY/));
    await admin.replicaof('NO', 'ONE');
    await allSay('they are healthy again', isWell);
  });
});
