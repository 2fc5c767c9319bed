import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { ask, type ClientSocket } from '../../../rig/clients/ask.ts';
import { METRICS_ENV, readMetrics } from '../../../rig/metrics.ts';
import { SESSION_SECRET } from '../../../rig/secrets.ts';
import { repoRoot } from '../../../rig/source-files.ts';
import { until } from '../../../rig/wait.ts';
import { BUS_VERSION } from '../../../src/domain/bus/envelope.ts';
import { createSeal } from '../../../src/domain/bus/seal.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

/** The MessagePack of the adapter and of the stock emitter. */
const { encode } = createRequire(path.join(repoRoot, 'node_modules/@socket.io/redis-adapter/package.json'))(
  'notepack.io',
) as { encode(value: unknown): Buffer };

/** Somebody who may publish on our Redis and notify on our Postgres, and who knows how replicas write. */
const PREFIX = 'forged-test';
const REQUESTS = `${PREFIX}-request#/#`;
const EMITS = `${PREFIX}#/#`;
const RELAY = `${PREFIX}_bus`;

let cluster: TestCluster;
/** The engine, and a standby that every client is connected to. */
let engine: TestApp;
let app: TestApp;
let redis: Redis;
/** Sign-ups are limited. */
let victim: SignedIn;
const open: ClientSocket[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled);
  cluster = await startCluster({ replicas: 2, app: { env: { ...METRICS_ENV, REDIS_PREFIX: PREFIX } } });
  [engine, app] = cluster.apps as [TestApp, TestApp];
  redis = new Redis(cluster.redis.url);
  victim = await app.signUp();
});
afterAll(async () => {
  process.off('unhandledRejection', onUnhandled);
  redis.disconnect();
  await cluster.close();
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.disconnect();
  expect(unhandled.splice(0)).toEqual([]);
});

/** A connection, and all that it receives from now on. */
async function reader(session: SignedIn) {
  const socket = await app.connect(session);
  open.push(socket);
  const heard: string[] = [];
  (socket as unknown as { onAny(listener: (name: string) => void): void }).onAny((name) => heard.push(name));
  return { socket, heard };
}

let trades = 0;
async function report(session: SignedIn): Promise<void> {
  const id = `t-${++trades}`;
  const answer = await engine.hook('/hooks/trades', {
    eventId: id,
    userId: session.user.id,
    type: 'executed',
    trade: { id, symbol: 'AAPL', side: 'buy', quantity: 10, price: 175.5 },
  });
  expect(answer.status).toBe(202);
}

async function refused(by: TestApp): Promise<Record<string, number>> {
  const text = await readMetrics(by);
  const found = text.matchAll(/tradecast_bus_dropped_total\{reason="(\w+)"\} (\d+)/g);
  return Object.fromEntries([...found].map(([, reason, count]) => [reason, Number(count)]));
}

const envelopeOf = (message: object) => ({ version: BUS_VERSION, at: Date.now(), message });
const say = (topic: string, message: object): string =>
  JSON.stringify({ uid: 'forger', type: 6, data: [topic, envelopeOf(message)] });
const emitOf = (room: string, packet: object, sender = 'emitter'): Buffer =>
  encode([
    sender,
    { type: 2, nsp: '/', data: ['news', {}], ...packet },
    { rooms: [room], except: [], flags: {} },
  ]);

/** Resolves when the standby has refused this many more than `before` for one reason. */
async function isRefused(reason: string, before: Record<string, number>, count: number): Promise<void> {
  await until(
    async () => (await refused(app))[reason] === before[reason]! + count,
    `${count} are refused as ${reason}`,
  );
}
const stays = async (socket: ClientSocket): Promise<void> => {
  expect(await ask(socket, 'subscribe:watchlist', ['MSFT'])).toMatchObject({ ok: true });
  expect(socket.connected).toBe(true);
};

describe('one PUBLISH on the channels of the adapter', () => {
  test.each([
    ['packet type 5', { type: 5, attachments: 1 }],
    ['packet type 1', { type: 1 }],
    ['packet type 4', { type: 4, data: { message: 'no' } }],
    ['disconnect', { data: ['disconnect'] }],
    ['connect_error', { data: ['connect_error', { message: 'no' }] }],
    ['newListener', { data: ['newListener'] }],
    ['a price of ours', { data: ['quote:update', { symbol: 'AAPL', price: 1 }] }],
    ['a fill of ours', { data: ['trade:executed', { id: 'x', seq: 1, epoch: 'e' }] }],
    ['the end of a session', { data: ['session:revoked', { reason: 'logout' }] }],
    ['an event that is not listed', { data: ['newsflash', {}] }],
    ['an event with an ack', { id: 7 }],
    ['an event of another namespace', { nsp: '/else' }],
  ])('disconnects nobody and shows nothing: %s', async (_name, packet) => {
    const { socket, heard } = await reader(victim);
    const before = await refused(app);
    const room = `user:${victim.user.id}`;
    await redis.publish(`${EMITS}${room}#`, emitOf(room, packet));
    await redis.publish(
      EMITS,
      encode(['emitter', { type: 2, nsp: '/', data: ['news'], ...packet }, { rooms: [], except: [] }]),
    );
    await isRefused('unsigned', before, 2);
    await stays(socket);
    expect(heard).toEqual(['subscription:confirmed']);
  });

  test.each([
    [
      'of all rooms',
      (room: string) =>
        encode(['emitter', { type: 2, nsp: '/', data: ['news'] }, { rooms: [], except: [room] }]),
    ],
    ['of a room of a connection', () => emitOf('abcdefghij', {})],
    ['of no user', () => emitOf('user:', {})],
    ['of another sender', (room: string) => emitOf(room, {}, 'forger')],
    [
      'with flags of another kind',
      (room: string) =>
        encode([
          'emitter',
          { type: 2, nsp: '/', data: ['news'] },
          { rooms: [room], except: [], flags: { timeout: 1 } },
        ]),
    ],
    [
      'with bytes beside a placeholder for others',
      (room: string) => emitOf(room, { data: ['news', Buffer.from('x'), { _placeholder: true, num: 9 }] }),
    ],
    [
      'with bytes deep in an object',
      (room: string) => emitOf(room, { data: ['news', { a: [{ b: Buffer.alloc(3) }] }] }),
    ],
    ['larger than a message', (room: string) => emitOf(room, { data: ['news', 'x'.repeat(70_000)] })],
    [
      'of a hundred levels',
      (room: string) => emitOf(room, { data: ['news', JSON.parse('['.repeat(100) + ']'.repeat(100))] }),
    ],
    [
      'that announces sixteen million values',
      () => Buffer.concat(Array(20).fill(Buffer.from([0xdd, 1, 0, 0, 0]))),
    ],
    ['that announces 4 GB', () => Buffer.from([0xc9, 0xff, 0xff, 0xff, 0xff, 0])],
  ])('is refused at once: an emit %s', async (_name, messageTo) => {
    const { socket, heard } = await reader(victim);
    const room = `user:${victim.user.id}`;
    const before = await refused(app);
    const startedAt = Date.now();
    await redis.publish(`${EMITS}${room}#`, messageTo(room));
    await isRefused('unsigned', before, 1);
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    await stays(socket);
    expect(heard).toEqual(['subscription:confirmed']);
  });
});

type Sealing = (channel: string, message: string) => string | Buffer;
const unsealed: Sealing = (_channel, message) => message;
/** The ways in, and how a message is written there. */
const ways: [string, (topic: string, message: object, seal?: Sealing) => Promise<unknown>][] = [
  [
    'Redis',
    (topic, message, seal = unsealed) => redis.publish(REQUESTS, seal(REQUESTS, say(topic, message))),
  ],
  [
    'the relay',
    (topic, message, seal = unsealed) => {
      const frame = { from: 'forger', cut: true, items: [[topic, envelopeOf(message)]] };
      const text = String(seal(RELAY, JSON.stringify(frame)));
      return cluster.database.db.query('SELECT pg_notify($1, $2)', [RELAY, text]);
    },
  ],
];
const insider = createSeal({ prefix: PREFIX, secrets: () => [SESSION_SECRET], clock: systemClock });

describe.each(ways)('a message that somebody else sends over %s', (_way, send) => {
  test('closes no socket: revoked', async () => {
    const session = await app.signUp();
    const { socket, heard } = await reader(session);
    const before = await refused(app);
    await send('revoked', { userId: session.user.id, reason: 'logout' });
    await isRefused('unsigned', before, 1);
    await stays(socket);
    expect(heard).toEqual(['subscription:confirmed']);
  });

  test('would close it with the seal of a replica: revoked', async () => {
    const session = await app.signUp();
    const { socket } = await reader(session);
    await send('revoked', { userId: session.user.id, reason: 'logout' }, insider.close);
    await until(() => !socket.connected, 'the connection ends');
  });

  test('hides no trade: journal', async () => {
    const session = await app.signUp();
    const { socket } = await reader(session);
    const told: number[] = [];
    socket.on('trade:executed', ({ seq }) => told.push(seq));
    const answer = await ask(socket, 'subscribe:trades');
    if (!answer.ok) throw new Error(answer.message);
    const before = await refused(app);
    const records = [{ seq: 3, event: 'trade:executed', payload: { id: 'x' } }];
    await send('journal', { userId: session.user.id, epoch: answer.epoch, records });
    await isRefused('unsigned', before, 1);
    for (let count = 0; count < 3; count++) await report(session);
    await until(() => told.length === 3, 'three real trades arrive');
    expect(told).toEqual([1, 2, 3]);
  });

  test('sets and stops no price: quotes', async () => {
    const session = await app.signUp();
    const { socket } = await reader(session);
    const prices: number[] = [];
    socket.on('quote:update', ({ symbol, price }) => void (symbol === 'AAPL' && prices.push(price)));
    await ask(socket, 'subscribe:watchlist', ['AAPL']);
    await until(() => engine.market.wanted().has('AAPL'), 'the engine wants AAPL');
    cluster.tick('AAPL', 175);
    await until(() => prices.includes(175), 'the price arrives');
    const before = await refused(app);
    const now = Date.now();
    const quote = {
      symbol: 'AAPL',
      price: 1,
      volume: 1,
      sourceTime: now,
      receivedAt: now,
      state: 'simulated',
    };
    await send('quotes', { lease: 999, after: 0, seq: 1, at: now, quotes: [quote] });
    await send('quotes', { lease: 999, after: 0, seq: 2, at: now, quotes: [] });
    await isRefused('unsigned', before, 2);
    cluster.tick('AAPL', 176);
    await until(() => prices.includes(176), 'the next price arrives');
    expect(new Set(prices)).toEqual(new Set([175, 176]));
  });

  test('invents no replica: heartbeat', async () => {
    const before = await refused(app);
    await send('heartbeat', { replica: 'invented', at: Date.now(), startedAt: 1, lease: 99 });
    await isRefused('unsigned', before, 1);
    const health = (await app.request('GET', '/health/websocket')).body as unknown as {
      replicas: { replica: string }[];
    };
    expect(health.replicas.map(({ replica }) => replica)).not.toContain('invented');
  });
});

describe('a message that is sealed', () => {
  const guess = createSeal({ prefix: PREFIX, secrets: () => ['g'.repeat(40)], clock: systemClock });

  test('with a guessed secret, for another line, or a second time ends no session', async () => {
    const session = await app.signUp();
    const { socket } = await reader(session);
    const before = await refused(app);
    const revoked = say('revoked', { userId: session.user.id, reason: 'logout' });
    await redis.publish(REQUESTS, guess.close(REQUESTS, revoked));
    await redis.publish(REQUESTS, insider.close(RELAY, revoked));
    const harmless = insider.close(REQUESTS, say('revoked', { userId: 'nobody', reason: 'logout' }));
    for (let count = 0; count < 3; count++) await redis.publish(REQUESTS, harmless);
    await isRefused('replayed', before, 2);
    expect(await refused(app)).toMatchObject({ unlisted: before.unlisted! + 1, forged: before.forged! + 1 });
    await stays(socket);
  });

  test('and asks for sockets or moves them is dropped all the same', async () => {
    const session = await app.signUp();
    const { socket } = await reader(session);
    const before = await refused(app);
    const everyone = { rooms: [], except: [] };
    const requests = [
      { type: 0, requestId: 'r1', rooms: [] },
      { type: 2, opts: everyone, rooms: ['user:x'] },
      { type: 3, opts: everyone, rooms: [`user:${session.user.id}`] },
      { type: 4, opts: everyone, close: true },
      { type: 5, requestId: 'r2', opts: everyone },
    ];
    for (const request of requests)
      await redis.publish(REQUESTS, insider.close(REQUESTS, JSON.stringify({ uid: 'else00', ...request })));
    await isRefused('malformed', before, requests.length);
    await stays(socket);
  });
});

test('a replica with another BUS_SECRET is not heard, and the problem says what to do', async () => {
  const before = await refused(app);
  const stranger = await cluster.join({ env: { BUS_SECRET: 'b'.repeat(40) } });
  await until(async () => {
    const { problems } = (await app.request('GET', '/health/websocket')).body as unknown as {
      problems: string[];
    };
    return problems.some((problem) => problem.includes('the same SESSION_SECRET, or BUS_SECRET'));
  }, 'the problem is shown');
  expect((await refused(app)).unlisted).toBeGreaterThan(before.unlisted!);
  await stranger.close();
});

test('a message of ten megabytes is not read, whatever it says', async () => {
  const before = await refused(app);
  await redis.publish(REQUESTS, say('revoked', { userId: 'x'.repeat(10_000_000), reason: 'logout' }));
  await isRefused('malformed', before, 1);
});

test('what goes on is a problem of the service that names the reason', async () => {
  for (let count = 0; count < 4; count++) await redis.publish(REQUESTS, say('revoked', {}));
  await until(async () => {
    const { problems } = (await app.request('GET', '/health/websocket')).body as unknown as {
      problems: string[];
    };
    return problems.some((problem) => problem.includes('unsigned'));
  }, 'the problem is shown');
});
