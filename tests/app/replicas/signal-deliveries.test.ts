import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { accepted, ask } from '../../../rig/clients/ask.ts';
import { sendSignal } from '../../../rig/clients/hooks.ts';
import { until } from '../../../rig/wait.ts';
import type { SignalDeliveriesPage, SignalDelivery } from '../../../src/protocol/signal-reports.ts';
import type { Tier } from '../../../src/protocol/tier.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { openPlain } from '../../support/plain-client.ts';

let cluster: TestCluster;
let a: TestApp;
let b: TestApp;
let admin: SignedIn;
beforeAll(async () => {
  cluster = await startCluster({ replicas: 2, app: { env: { RATE_LIMITS: 'http:api=100000/10' } } });
  [a, b] = cluster.apps as [TestApp, TestApp];
  admin = await signUp('PROFESSIONAL');
  await a.hook('/hooks/role', { eventId: randomUUID(), userId: admin.user.id, role: 'admin' });
});
afterEach(() => void process.kill(cluster.redis.pid, 'SIGCONT'));
afterAll(() => cluster.close());

async function signUp(tier: Tier): Promise<SignedIn> {
  const who = await a.signUp();
  await a.hook('/hooks/tier', { eventId: randomUUID(), userId: who.user.id, tier });
  return who;
}

async function follow(app: TestApp, tier: Tier): Promise<void> {
  accepted(await ask(await app.connect(await signUp(tier)), 'subscribe:signals'));
}

async function followPlain(app: TestApp, tier: Tier): Promise<void> {
  const { cookie } = await signUp(tier);
  const { texts } = openPlain(app.port, { path: '/ws/signals', headers: { cookie } });
  await until(() => texts.length > 0, 'the greeting');
}

async function send(app: TestApp, premium = false): Promise<string> {
  const id = randomUUID();
  const timestamp = new Date().toISOString();
  const body = { id, symbol: 'AAPL', action: 'buy', premium, source: 'momentum' as const, timestamp };
  expect((await sendSignal(app.url, body)).status).toBe(202);
  return id;
}

const read = (who: SignedIn, query = '') =>
  b.request('GET', `/api/signals/deliveries${query}`, { cookie: who.cookie });
const report = async (who = admin, query = '') =>
  ((await read(who, query)).body.data as SignalDeliveriesPage).deliveries;

/** What is reported of a signal when every replica has written its part. */
async function deliveryOf(id: string): Promise<SignalDelivery> {
  let found: SignalDelivery | undefined;
  await until(async () => {
    const rows = await cluster.database.db.query<{ told: number; eligible: number }>(
      'SELECT d.* FROM signal_deliveries d JOIN signals s ON s.stream = d.stream AND s.seq = d.seq WHERE s.id = $1',
      [id],
    );
    found = (await report()).find((one) => one.id === id);
    return rows.length === cluster.apps.length && found?.told === found?.eligible;
  }, 'every replica has written its part');
  return found!;
}

/** Of a new signal. A replica that has just started has not heard of the others yet, and what it writes says so. */
async function wholeDelivery(premium: boolean): Promise<SignalDelivery> {
  let found: SignalDelivery | undefined;
  await until(async () => {
    found = await deliveryOf(await send(a, premium));
    return found.partial === undefined;
  }, 'both replicas know each other');
  return found!;
}

describe('the delivery of signals', () => {
  test('counts the connections of all replicas, by what their tiers may read, and how fast they were', async () => {
    await Promise.all([follow(a, 'STARTER'), follow(b, 'STARTER'), followPlain(b, 'PROFESSIONAL')]);
    const free = await wholeDelivery(false);
    expect(free).toMatchObject({ eligible: 3, told: 3, stream: 'free', revision: 1, symbol: 'AAPL' });
    const premium = await wholeDelivery(true);
    expect(premium).toMatchObject({ eligible: 1, told: 1, stream: 'premium', source: 'momentum' });
    for (const { p50Ms, p99Ms } of [free, premium]) {
      expect(p50Ms).toBeGreaterThan(0);
      expect(p99Ms).toBeGreaterThanOrEqual(p50Ms!);
    }
    const [newest, next] = await report();
    expect(newest!.id).toBe(premium.id);
    expect(await report(admin, `?limit=1&before=${newest!.stream}:${newest!.seq}`)).toEqual([next]);
  });

  test('is for administrators, and premium signals for those among them who have the tier', async () => {
    const member = await signUp('INSTITUTIONAL');
    expect(await read(member)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    const starter = await signUp('STARTER');
    await a.hook('/hooks/role', { eventId: randomUUID(), userId: starter.user.id, role: 'admin' });
    const seen = await report(starter);
    expect(new Set(seen.map(({ stream }) => stream))).toEqual(new Set(['free']));
    expect(await read(starter, '?before=premium:1')).toMatchObject({ status: 404 });
  });

  test('is partial for signals of a time without Redis, and still counts who was told', async () => {
    process.kill(cluster.redis.pid, 'SIGSTOP');
    await until(async () => {
      const found = await deliveryOf(await send(a));
      expect(found).toMatchObject({ eligible: 3, told: 3 });
      return found.partial === true;
    }, 'the outage is noticed');
  });

  test('is partial where a replica that others know has written nothing, as after a crash', async () => {
    const { stream, seq } = await wholeDelivery(false);
    await cluster.database.db.query(
      `DELETE FROM signal_deliveries WHERE stream = $1 AND seq = $2 AND eligible = 1`,
      [stream, seq],
    );
    const [found] = (await report()).filter((one) => one.seq === seq && one.stream === stream);
    expect(found).toMatchObject({ eligible: 2, told: 2, partial: true });
  });
});
