import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { until } from '../../../rig/wait.ts';
import type { SignalStats } from '../../../src/protocol/signals.ts';
import type { Tier } from '../../../src/protocol/tier.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { openPlain } from '../../support/plain-client.ts';

const METRICS_TOKEN = 'a token of the metrics, long enough';
let cluster: TestCluster;
let apps: readonly TestApp[];
beforeAll(async () => {
  cluster = await startCluster({ replicas: 2, app: { env: { METRICS_TOKEN } } });
  apps = cluster.apps;
});
afterEach(() => void process.kill(cluster.redis.pid, 'SIGCONT'));
afterAll(() => cluster.close());

async function stats(app: TestApp, headers: Record<string, string>) {
  const answer = await fetch(`${app.url}/ws/stats`, { headers });
  return { status: answer.status, body: (await answer.json()) as SignalStats };
}
const asMonitor = (app: TestApp) => stats(app, { authorization: `Bearer ${METRICS_TOKEN}` });

async function read(app: TestApp, who: SignedIn) {
  const client = openPlain(app.port, { path: '/ws/signals', headers: { cookie: who.cookie } });
  await until(() => client.texts.length > 0, 'the greeting');
  return client.ws;
}
async function signUp(tier: Tier): Promise<SignedIn> {
  const who = await apps[0]!.signUp();
  await apps[0]!.hook('/hooks/tier', { eventId: randomUUID(), userId: who.user.id, tier });
  return who;
}

/** A replica that has just started has not heard of the others yet, and says so. */
const isExact = async (app: TestApp): Promise<boolean> => (await asMonitor(app)).body.partial === undefined;

test('every replica counts the readers of all: connections, users once, and users by tier', async () => {
  const [a, b] = [apps[0]!, apps[1]!];
  await until(async () => (await isExact(a)) && (await isExact(b)), 'both know each other');
  const nobody = { STARTER: 0, PROFESSIONAL: 0, INSTITUTIONAL: 0 };
  expect((await asMonitor(a)).body).toEqual({ total_connections: 0, active_users: 0, users_by_tier: nobody });
  const [starter, payer] = [await signUp('STARTER'), await signUp('INSTITUTIONAL')];
  const sockets = [await read(a, starter), await read(b, starter), await read(b, payer)];
  for (const app of [a, b])
    expect((await asMonitor(app)).body).toEqual({
      total_connections: 3,
      active_users: 2,
      users_by_tier: { STARTER: 1, PROFESSIONAL: 0, INSTITUTIONAL: 1 },
    });
  for (const socket of sockets) socket.terminate();
  await until(async () => (await asMonitor(a)).body.total_connections === 0, 'all have left');
});

test('while Redis is away the answer says that it may not be all', async () => {
  process.kill(cluster.redis.pid, 'SIGSTOP');
  await until(async () => (await asMonitor(apps[0]!)).body.partial === true, 'it says so');
  process.kill(cluster.redis.pid, 'SIGCONT');
  await until(async () => (await asMonitor(apps[0]!)).body.partial === undefined, 'it is exact again');
});

test('an administrator and a monitor may ask; anybody else is answered 401', async () => {
  const [admin, member] = [await signUp('STARTER'), await signUp('STARTER')];
  await apps[0]!.hook('/hooks/role', { eventId: randomUUID(), userId: admin.user.id, role: 'admin' });
  const asked = await Promise.all([
    stats(apps[0]!, { cookie: admin.cookie }),
    stats(apps[0]!, { cookie: member.cookie }),
    stats(apps[0]!, {}),
    stats(apps[0]!, { authorization: 'Bearer another' }),
  ]);
  expect(asked.map(({ status }) => status)).toEqual([200, 401, 401, 401]);
});
