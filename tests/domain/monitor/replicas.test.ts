import { expect, test } from '@jest/globals';
import type { Refusal } from '../../../src/domain/bus/refusals.ts';
import { overviewOf } from '../../../src/domain/monitor/overview.ts';
import type { ReplicaStatus } from '../../../src/domain/monitor/replica-status.ts';
import { createHeartbeats, type Heartbeats } from '../../support/heartbeats.ts';

const states = ({ replicas }: Heartbeats) =>
  Object.fromEntries(replicas.all().map(({ status, state }) => [status.replica, state]));
const overview = (
  { replicas, link }: Heartbeats,
  told: {
    uniqueUsers?: number | null;
    database?: string;
    isHalted?: boolean;
    redisProblem?: string;
    refused?: Refusal[];
  } = {},
) =>
  overviewOf({
    replica: 'own',
    replicas,
    uniqueUsers: () => told.uniqueUsers ?? null,
    feedSource: 'simulated',
    redis: () => link.current,
    redisProblem: () => told.redisProblem ?? null,
    database: () => told.database ?? 'ok',
    refused: () => told.refused ?? [],
    offExchange: () => null,
    isHalted: () => told.isHalted ?? false,
  });

test('a replica without heartbeats is silent after five seconds and forgotten after a minute', () => {
  const beats = createHeartbeats();
  beats.replicas.start();
  beats.hear('other');
  expect(states(beats)).toEqual({ own: 'ok', other: 'ok' });
  beats.pass(4);
  expect(states(beats)).toEqual({ own: 'ok', other: 'ok' });
  beats.pass(1);
  expect(states(beats)).toEqual({ own: 'ok', other: 'silent' });
  beats.pass(54);
  expect(states(beats)).toEqual({ own: 'ok', other: 'silent' });
  beats.pass(2);
  expect(states(beats)).toEqual({ own: 'ok' });
});

test('one that announced its drain leaves without having been silent', () => {
  const beats = createHeartbeats();
  beats.replicas.start();
  beats.hear('other', { draining: true });
  beats.pass(4);
  expect(states(beats)).toEqual({ own: 'ok', other: 'draining' });
  beats.pass(2);
  expect(states(beats)).toEqual({ own: 'ok' });
});

test('a replica that stops announces it, and that it is no longer the engine', () => {
  const beats = createHeartbeats();
  const heard: ReplicaStatus[] = [];
  beats.replicas.onHeartbeat((status) => heard.push(status));
  beats.replicas.start();
  beats.replicas.stop();
  expect(heard.at(-1)).toMatchObject({ replica: 'own', draining: true, lease: null, feed: null });
  expect(beats.clock.pending()).toBe(0);
});

test('the number of replicas does not fall while the bus is down', () => {
  const beats = createHeartbeats();
  beats.replicas.start();
  beats.pass(1, { b: {}, c: {} });
  beats.pass(1, { b: {}, c: {} });
  expect(beats.replicas.count()).toBe(3);
  beats.link.current = 'down';
  beats.pass(20);
  expect(beats.replicas.count()).toBe(3);
  beats.link.current = 'ok';
  beats.pass(1);
  expect(beats.replicas.count()).toBe(1);
});

test('a replica that starts while the bus is down counts those that the relay reaches', () => {
  const beats = createHeartbeats();
  beats.link.current = 'down';
  beats.replicas.start();
  expect(beats.replicas.count()).toBe(1);
  beats.pass(2, { b: {}, c: {} });
  expect(beats.replicas.count()).toBe(3);
  beats.pass(20);
  expect(beats.replicas.count()).toBe(3);
});

test('a stalled process does not mistake its own absence for the silence of others', () => {
  const beats = createHeartbeats();
  beats.replicas.start();
  beats.pass(2, { other: {} });
  const { now } = beats.clock;
  // The timers of a stopped process do not run: its next beat comes twenty seconds late.
  Object.assign(beats.clock, { now: () => now() + 20_000 });
  beats.clock.advance(1_000);
  expect(states(beats)).toEqual({ own: 'ok', other: 'ok' });
});

test('rates cover the last ten seconds, for each replica, and are null before the second heartbeat', () => {
  const beats = createHeartbeats();
  beats.replicas.start();
  const totals = (quotes: number) => ({
    totals: {
      in: 0,
      out: 0,
      quotes,
      conflated: 0,
      slowConsumers: 0,
      events: 0,
      heads: 0,
      orders: 0,
      hooks: 0,
    },
  });
  beats.hear('other', totals(1_000));
  const ratesOfOther = () =>
    beats.replicas.all().find(({ status }) => status.replica === 'other')?.rates ?? null;
  expect(ratesOfOther()).toBeNull();
  for (let second = 1; second <= 20; second++) {
    beats.clock.advance(1_000);
    beats.hear('other', totals(1_000 + (second <= 10 ? 0 : (second - 10) * 50)));
  }
  expect(ratesOfOther()).toEqual({ in: 0, out: 0, quotes: 50, orders: 0, hooks: 0 });
});

test('a heartbeat of another version with fewer fields counts, and one without any does not', () => {
  const beats = createHeartbeats();
  beats.replicas.start();
  beats.hear('old', { drops: undefined, totals: undefined, recoveries: undefined });
  beats.hear('broken', { at: Number.NaN });
  expect(states(beats)).toEqual({ own: 'ok', old: 'ok' });
  expect(overview(beats).replicas.find(({ replica }) => replica === 'old')).toMatchObject({
    drops: { late: 0 },
    recoveries: { stalls: 0 },
  });
});

test('connections are summed over the replicas that are not silent; users are counted once where that is known', () => {
  const beats = createHeartbeats();
  beats.own = { connections: 3, users: 2 };
  beats.replicas.start();
  expect(overview(beats)).toMatchObject({ activeConnections: 3, uniqueUsers: 2, uniqueUsersExact: true });
  beats.link.current = 'down';
  expect(overview(beats)).toMatchObject({ uniqueUsers: 2, uniqueUsersExact: false });
  beats.link.current = 'ok';
  beats.hear('b', { connections: 4, users: 4 });
  expect(overview(beats, { uniqueUsers: 5 })).toMatchObject({
    status: 'healthy',
    problems: [],
    activeConnections: 7,
    uniqueUsers: 5,
    uniqueUsersExact: true,
  });
  // The same people may be on both: there are four at least.
  expect(overview(beats)).toMatchObject({ uniqueUsers: 4, uniqueUsersExact: false });
  beats.pass(6);
  expect(overview(beats)).toMatchObject({
    status: 'degraded',
    problems: ['b is silent.'],
    activeConnections: 3,
  });
});

test('a standby shows the feed as the engine reported it, aged by the time since', () => {
  const beats = createHeartbeats();
  beats.own = { lease: null, feed: null, executor: 'off' };
  beats.replicas.start();
  const feed = { source: 'simulated', state: 'live', lastTickAgeMs: 100, leader: 'b' } as const;
  beats.hear('b', { lease: 3, executor: 'trading', feed });
  beats.clock.advance(900);
  expect(overview(beats).feed).toEqual({ ...feed, lastTickAgeMs: 1_000 });
  // A former engine may not know yet: the higher number decides.
  beats.hear('c', { lease: 4, executor: 'trading', feed: { ...feed, leader: 'c' } });
  expect(overview(beats).feed.leader).toBe('c');
});

test('the offset of a clock is known after ten heartbeats, by the fastest of them', () => {
  const beats = createHeartbeats();
  beats.replicas.start();
  beats.hear('b', { at: beats.clock.now() + 1_240 });
  expect(overview(beats).problems).toEqual([]);
  const tenHeartbeats = (offsetMs: number) => {
    for (let beat = 0; beat < 10; beat++) {
      beats.clock.advance(1_000);
      // All but one wait for a busy process.
      beats.hear('b', { at: beats.clock.now() + offsetMs - (beat === 3 ? 0 : 900) });
    }
    return overview(beats);
  };
  expect(tenHeartbeats(1_240)).toMatchObject({
    status: 'degraded',
    problems: ['The clock of b is 1.2 s ahead: set the clocks (NTP).'],
  });
  expect(overview(beats).replicas.map(({ replica, clockOffsetMs }) => [replica, clockOffsetMs])).toEqual([
    ['own', null],
    ['b', 1_240],
  ]);
  beats.pass(10, { b: {} });
  expect(tenHeartbeats(-2_000).problems).toEqual(['The clock of b is 2 s behind: set the clocks (NTP).']);
  beats.pass(10, { b: {} });
  expect(tenHeartbeats(500)).toMatchObject({ status: 'healthy', problems: [] });
});

test('each problem is a sentence', () => {
  const beats = createHeartbeats();
  beats.own = { lease: null, feed: null, executor: 'off', draining: true };
  beats.replicas.start();
  beats.link.current = 'down';
  expect(overview(beats, { database: 'does not answer' })).toMatchObject({
    status: 'degraded',
    feed: { state: 'down', leader: null },
    problems: [
      'No replica takes new connections.',
      'No replica is the engine: orders wait.',
      'Redis is away.',
      'The database does not answer.',
    ],
  });
  expect(overview(beats, { redisProblem: 'OOM command not allowed' }).problems).toContain(
    'Redis is away: OOM command not allowed.',
  );
  beats.link.current = 'off';
  beats.own = {
    executor: 'reconciling',
    feed: { source: 'massive', state: 'refused', lastTickAgeMs: null, leader: 'own' },
  };
  expect(overview(beats, { isHalted: true }).problems).toEqual([
    'The executor is reconciling: orders wait.',
    'The feed is refused.',
    'Trading is halted for everyone.',
  ]);
});

test('refused messages are a problem that says why, and what to do', () => {
  const beats = createHeartbeats();
  beats.replicas.start();
  expect(overview(beats).problems).toEqual([]);
  const { status, problems } = overview(beats, { refused: ['unsigned', 'unlisted', 'replayed', 'outdated'] });
  expect(status).toBe('degraded');
  expect(problems).toEqual([
    expect.stringContaining('no replica has just sent (unsigned, replayed)'),
    expect.stringContaining('the same SESSION_SECRET'),
    expect.stringContaining('set the clocks'),
  ]);
});
