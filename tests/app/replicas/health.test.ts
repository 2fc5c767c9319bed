import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Replica, startReplica } from '../../../local/replica.ts';
import type { TestApp } from '../../../rig/app.ts';
import { HOOK_SECRET, OPERATOR_SECRET, SESSION_SECRET } from '../../../rig/secrets.ts';
import { until } from '../../../rig/wait.ts';
import type { MonitorPayload, WebSocketHealthPayload } from '../../../src/protocol/health-payloads.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

let cluster: TestCluster;
let hanging: Replica;
beforeAll(async () => {
  cluster = await startCluster({ replicas: 2 });
  // In a process of its own, so that it can be stopped as a whole.
  hanging = await startReplica({
    env: {
      ...cluster.env,
      FEED: 'simulated',
      SESSION_SECRET,
      HOOK_SECRET,
      OPERATOR_SECRET,
      DEMO_ACCOUNT: 'false',
      DATA_DIR: cluster.apps[0]!.dataDir,
      LOG_LEVEL: 'warn',
    },
  });
});
afterAll(async () => {
  hanging.wake();
  await hanging.kill();
  await cluster.close();
});

const healthOf = async ({ url }: { url: string }): Promise<WebSocketHealthPayload> =>
  (await (await fetch(`${url}/health/websocket`)).json()) as WebSocketHealthPayload;
const statesIn = ({ replicas }: WebSocketHealthPayload) => replicas.map(({ state }) => state).sort();
const allHear = async (
  what: string,
  holds: (health: WebSocketHealthPayload) => boolean,
  apps: readonly { url: string }[],
) => until(async () => (await Promise.all(apps.map(healthOf))).every(holds), what);

describe('three replicas', () => {
  test('each answers for all: connections summed, users counted once, one engine, one feed', async () => {
    const [one, other] = cluster.apps as [TestApp, TestApp];
    const [ada, bob] = await Promise.all([one.signUp(), one.signUp()]);
    await Promise.all([one.connect(ada), other.connect(ada), other.connect(ada), other.connect(bob)]);
    await allHear(
      'all three know of four connections of two users',
      ({ activeConnections, uniqueUsers, replicas, status }) =>
        activeConnections === 4 &&
        uniqueUsers === 2 &&
        replicas.length === 3 &&
        replicas.every(({ busLagMs }) => busLagMs !== null && busLagMs < 1_000) &&
        status === 'healthy',
      [one, other, hanging],
    );
    const [first, second] = await Promise.all([healthOf(one), healthOf(other)]);
    expect(first.uniqueUsersExact).toBe(true);
    expect(first.replica).not.toBe(second.replica);
    expect(first.feed.leader).toBe(first.replica);
    expect(second.feed).toMatchObject({ state: 'live', source: 'simulated', leader: first.replica });
    expect(first.replicas.map(({ lease }) => lease !== null)).toEqual([true, false, false]);
    const { replicas } = second;
    expect(replicas.map(({ connections, users }) => [connections, users])).toEqual([
      [1, 1],
      [3, 2],
      [0, 0],
    ]);
    expect((await other.request('GET', '/ready')).body).toMatchObject({
      checks: { redis: 'ok', database: 'ok', feed: 'live', lease: `standby for ${first.replica}` },
    });
  });

  test('an administrator of any of them sees all; a member does not', async () => {
    const [one, other] = cluster.apps as [TestApp, TestApp];
    const ada = await one.signUp();
    expect(await other.request('GET', '/api/monitor', { cookie: ada.cookie })).toMatchObject({
      status: 403,
      body: { success: false, code: 'FORBIDDEN' },
    });
    expect((await other.request('GET', '/api/monitor')).status).toBe(401);
    const event = { eventId: `promote-${ada.user.id}`, userId: ada.user.id, role: 'admin' };
    expect((await one.hook('/hooks/role', event)).status).toBe(202);
    const { body } = await other.request('GET', '/api/monitor', { cookie: ada.cookie });
    const monitor = body.data as MonitorPayload;
    expect(monitor).toMatchObject({
      status: 'healthy',
      connections: 4,
      lease: { holder: monitor.replicas[0]?.replica, number: expect.any(Number), since: expect.any(String) },
      rates: { quotes: expect.any(Number) },
      lanes: { state: { slowConsumers: 0 }, event: { journalGaps: 0 } },
      history: { everyMs: 10_000 },
    });
    expect(monitor.replicas).toHaveLength(3);
    expect(monitor.incidents.map(({ kind }) => kind)).toContain('replica-joined');
    expect((await other.request('GET', '/api/auth/session', { cookie: ada.cookie })).body).toMatchObject({
      data: { user: { role: 'admin' } },
    });
  });

  test('while one hangs the others answer without it, and say that it is silent', async () => {
    const [one, other] = cluster.apps as [TestApp, TestApp];
    hanging.hang();
    // It answers nothing until it is woken: each answer until then was given without asking it.
    await allHear('it is shown as silent', (health) => statesIn(health).join() === 'ok,ok,silent', [
      one,
      other,
    ]);
    const health = await healthOf(one);
    expect(health.status).toBe('degraded');
    expect(health.problems).toEqual([expect.stringMatching(/^replica-\w+ is silent\.$/)]);
    expect(health.replicas.find(({ state }) => state === 'silent')?.ageMs).toBeGreaterThanOrEqual(5_000);

    hanging.wake();
    await allHear('it is back', (heard) => statesIn(heard).join() === 'ok,ok,ok', [one, other]);
    const { status, problems } = await healthOf(other);
    expect({ status, problems }).toEqual({ status: 'healthy', problems: [] });
  });

  test('one that stops as it should drains and is gone, which is no trouble', async () => {
    const [one, other] = cluster.apps as [TestApp, TestApp];
    const leaving = await cluster.join();
    await allHear('it has joined', ({ replicas }) => replicas.length === 4, [one, other]);
    const { replica } = await healthOf(leaving);
    // From Redis: it was not there when the lease passed.
    const ada = await one.signUp();
    await one.hook('/hooks/role', { eventId: 'promote-for-late', userId: ada.user.id, role: 'admin' });
    await until(async () => {
      const { body } = await leaving.request('GET', '/api/monitor', { cookie: ada.cookie });
      const { incidents, history } = body.data as MonitorPayload;
      return incidents.some(({ kind }) => kind === 'lease-taken') && history.connections.length > 0;
    }, 'it has learnt what happened before it came');
    await leaving.stop();
    const told: WebSocketHealthPayload[] = [];
    await until(async () => {
      told.push(await healthOf(one));
      return !told.at(-1)!.replicas.some((seen) => seen.replica === replica);
    }, 'it is gone');
    const states = told.flatMap(({ replicas }) =>
      replicas.filter((seen) => seen.replica === replica).map(({ state }) => state),
    );
    // Its last word may still be on its way when it has stopped.
    expect(new Set(states.slice(states.indexOf('draining')))).toEqual(new Set(['draining']));
    expect(states).not.toContain('silent');
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set(['healthy']));
  });

  test('metrics show what each sees of the others', async () => {
    const [one, other] = cluster.apps as [TestApp, TestApp];
    const text = async (app: TestApp) => String((await app.request('GET', '/metrics')).body.text);
    const [engine, standby] = await Promise.all([text(one), text(other)]);
    expect(engine).toMatch(/^tradecast_lease_held 1$/m);
    expect(standby).toMatch(/^tradecast_lease_held 0$/m);
    expect(standby).toMatch(/^tradecast_replicas\{state="ok"\} 3$/m);
    expect(standby).toMatch(/^tradecast_feed_age_seconds -1$/m);
    expect(standby).toMatch(/^tradecast_unique_users 2$/m);
    expect(standby).toMatch(/^tradecast_redis_up 1$/m);
    expect(engine).toMatch(/^tradecast_feed_state\{state="live"\} 1$/m);
  });
});
