import { afterAll, expect, test } from '@jest/globals';
import type { TestApp } from '../../../rig/app.ts';
import { METRICS_ENV, readMetrics } from '../../../rig/metrics.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { settled } from '../../support/settled.ts';

let cluster: TestCluster;
afterAll(() => cluster.close());

async function metric(app: TestApp, name: string): Promise<number> {
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(await readMetrics(app))?.[1]);
}

test('replicas that start lose none of their first messages to each other', async () => {
  cluster = await startCluster({ replicas: 3, app: { env: METRICS_ENV } });
  await settled(cluster);
  for (const app of cluster.apps) {
    expect(await metric(app, 'tradecast_redis_up')).toBe(1);
    expect(await metric(app, 'tradecast_bus_failed_total')).toBe(0);
  }
});

test('a replica starts without Redis, too', async () => {
  await cluster.redis.kill();
  const late = await cluster.join();
  expect((await late.request('GET', '/ready')).status).toBe(200);
  await cluster.redis.restart();
});
