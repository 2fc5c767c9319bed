import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../local/redis-server.ts';
import { until } from '../../../rig/wait.ts';
import { type CountingReplica, countingReplicas } from '../../support/redis-parts.ts';

let redis: RedisServer;
const running: CountingReplica[] = [];
beforeAll(async () => {
  redis = await startRedisServer();
});
afterEach(() => {
  for (const replica of running.splice(0)) replica.die();
});
afterAll(() => redis.stop());

const limits = { guess: { points: 3, seconds: 600, scope: 'shared' as const } };
const PREFIX = 'shared-limits';
async function replicas(prefix = PREFIX) {
  running.push(...(await countingReplicas(2, { redis, prefix, limits })));
  return running.map(
    ({ limiter }) =>
      async (key: string) =>
        limiter.consume('guess', key),
  );
}

test('a shared limit has its points once over all replicas, and says when there are more', async () => {
  const [one, other] = (await replicas()) as [Take, Take];
  expect([await one('ada'), await other('ada'), await one('ada')]).toMatchObject(
    Array(3).fill({ allowed: true }),
  );
  for (const take of [one, other, one, other]) {
    const verdict = await take('ada');
    expect(verdict.allowed).toBe(false);
    if (verdict.allowed) continue;
    expect(verdict.retryAfterMs).toBeGreaterThan(590_000);
    expect(verdict.retryAfterMs).toBeLessThanOrEqual(600_000);
  }
});
type Take = Awaited<ReturnType<typeof replicas>>[number];

test('a point that is given back is there again for every replica, whoever was refused meanwhile', async () => {
  const [one, other] = (await replicas('given-back')) as [Take, Take];
  const first = await one('ada');
  for (const take of [one, other]) await take('ada');
  expect([await one('ada'), await other('ada')]).toMatchObject(Array(2).fill({ allowed: false }));
  if (first.allowed) first.giveBack();
  await until(async () => (await other('ada')).allowed, 'the other replica finds the point');
  expect((await one('ada')).allowed).toBe(false);
});

test('windows are the numbers that the release before counts in', async () => {
  const client = new Redis(redis.url);
  await client.set('two-releases:limit:guess:ada', 2, 'EX', 600);
  const [one, other] = (await replicas('two-releases')) as [Take, Take];
  expect([await one('ada'), await other('ada')]).toMatchObject([{ allowed: true }, { allowed: false }]);
  expect(await client.get('two-releases:limit:guess:ada')).toBe('3');
  client.disconnect();
});
