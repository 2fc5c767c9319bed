import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type RedisServer, startRedisServer } from '../../cluster/redis-server.ts';
import { type BusPeer, createBusPeer, linked } from '../support/bus-peer.ts';
import { until } from '../support/wait.ts';

let redis: RedisServer;
let peers: BusPeer[] = [];
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
});

async function twoPeers(options: { checkAge?: boolean } = {}): Promise<[BusPeer, BusPeer]> {
  const [one, other] = ['one', 'other'].map((name) => createBusPeer({ name, url: redis.url, ...options }));
  peers = [one!, other!];
  await linked(...peers);
  return [one!, other!];
}

describe('the bus over Redis', () => {
  test('tells other replicas once what the publisher hears at once', async () => {
    const [one, other] = await twoPeers();
    const [here, there] = [one.heard('orders'), other.heard('orders')];
    one.bus.publish('orders', { userId: 'u1' });
    expect(here).toEqual([{ userId: 'u1' }]);
    await until(() => there.length === 1, 'the other hears it');
    one.bus.publish('orders', { userId: 'u2' });
    await until(() => there.length === 2, 'the other hears the second');
    expect(here).toHaveLength(2);
    expect(one.line.link.lagMs()).toBeLessThan(1_000);
    expect(one.line.link.counters).toMatchObject({ malformed: 0, late: 0, version: 0, resubscribed: 0 });
  });
});
