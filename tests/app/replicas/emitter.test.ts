import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Emitter } from '@socket.io/redis-emitter';
import { Redis } from 'ioredis';
import { encode } from 'notepack.io';
import type { Socket } from 'socket.io-client';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { METRICS_ENV, readMetrics } from '../../../rig/metrics.ts';
import { STEP_MS } from '../../../rig/patience.ts';
import { SESSION_SECRET } from '../../../rig/secrets.ts';
import { repoRoot } from '../../../rig/source-files.ts';
import { until } from '../../../rig/wait.ts';
import { TOPICS } from '../../../src/app/topics.ts';
import { BUS_VERSION } from '../../../src/domain/bus/envelope.ts';
import { createSeal } from '../../../src/domain/bus/seal.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { section, tableRows, unquoted } from '../../support/markdown.ts';

const run = promisify(execFile);
const PREFIX = 'emitter-test';
const REQUESTS = `${PREFIX}-request#/#`;

let cluster: TestCluster;
let one: TestApp;
let other: TestApp;
let redis: Redis;
let folder: string;
let page: string;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled);
  cluster = await startCluster({
    replicas: 2,
    app: { env: { ...METRICS_ENV, REDIS_PREFIX: PREFIX, EXTERNAL_EVENTS: 'news,desk:note' } },
  });
  [one, other] = cluster.apps as [TestApp, TestApp];
  redis = new Redis(cluster.redis.url);
  page = await readFile(path.join(repoRoot, 'docs/replicas.md'), 'utf8');
  folder = await mkdtemp(path.join(os.tmpdir(), 'emitter-example-'));
  await symlink(path.join(repoRoot, 'node_modules'), path.join(folder, 'node_modules'));
  await writeFile(path.join(folder, 'emit-news.mjs'), /^```js\n(.*?)^```$/ms.exec(page)?.[1] ?? '');
});
afterAll(async () => {
  process.off('unhandledRejection', onUnhandled);
  redis.disconnect();
  await cluster.close();
  await rm(folder, { recursive: true });
});
afterEach(() => expect(unhandled.splice(0)).toEqual([]));

/** A connection that watches the symbol, and the news it receives. */
async function reader(app: TestApp, session: SignedIn, symbol: string) {
  const socket = await app.connect(session);
  const heard: object[] = [];
  (socket as unknown as Socket).on('news', (news: object) => heard.push(news));
  await ask(socket, 'subscribe:watchlist', [symbol]);
  return { socket, heard };
}

describe('another service', () => {
  test('reaches users and watchers on every replica with the example of the page', async () => {
    const [ada, bob] = [await one.signUp(), await other.signUp()];
    const readers = await Promise.all([
      reader(one, ada, 'MSFT'),
      reader(other, ada, 'AAPL'),
      reader(one, bob, 'AAPL'),
      reader(other, bob, 'MSFT'),
    ]);
    await run(process.execPath, [path.join(folder, 'emit-news.mjs')], {
      env: {
        PATH: process.env.PATH,
        REDIS_URL: cluster.redis.url,
        REDIS_PREFIX: PREFIX,
        USER_ID: ada.user.id,
      },
      timeout: STEP_MS,
    });
    const statement = { headline: 'Your statement is ready' };
    const apple = { symbol: 'AAPL', headline: 'Apple reports on Thursday' };
    await until(() => readers.reduce((sum, { heard }) => sum + heard.length, 0) === 4, 'four were told');
    expect(readers.map(({ heard }) => heard)).toEqual([[statement], [statement, apple], [apple], []]);
  });

  test('may use all that the stock emitter offers for events: several rooms, exceptions, flags, values, arguments', async () => {
    const [ada, bob] = [await one.signUp(), await other.signUp()];
    const readers = await Promise.all([reader(one, ada, 'NVDA'), reader(other, bob, 'TSLA')]);
    const notes: unknown[][] = [];
    for (const { socket } of readers)
      (socket as unknown as Socket).on('desk:note', (...args: unknown[]) => notes.push(args));
    const at = new Date('2026-01-05T15:00:00.500Z');
    const emitter = new Emitter(redis, { key: PREFIX });
    const rooms = [`user:${ada.user.id}`, 'symbol:TSLA'];
    emitter.to(rooms).except('symbol:NVDA').emit('desk:note', 1);
    // Lost where a connection is just writing, but not refused.
    emitter.to(rooms).volatile.emit('news', {});
    emitter.to(rooms).compress(false).emit('desk:note', { at, none: null, sum: -1.5 }, 'ü€', [true]);
    await until(() => notes.length === 3, 'the second reaches both');
    const second = [{ at: at.toISOString(), none: null, sum: -1.5 }, 'ü€', [true]];
    expect(notes.sort((a, b) => a.length - b.length)).toEqual([[1], second, second]);
    const metrics = await readMetrics(other);
    expect(metrics).toMatch(/tradecast_bus_dropped_total\{reason="unsigned"\} 0/);
  });

  test('cannot disconnect, move or ask about the clients of a replica, and a poisoned emit ends no process', async () => {
    const session = await other.signUp();
    const { socket, heard } = await reader(other, session, 'AAPL');
    const emitter = new Emitter(redis, { key: PREFIX });
    const room = `user:${session.user.id}`;
    emitter.in(room).disconnectSockets(true);
    emitter.in(room).socketsLeave(room);
    emitter.in(room).socketsJoin('symbol:MSFT');
    emitter.serverSideEmit('revoked', { version: 1, at: Date.now(), message: { userId: 5 } });
    await redis.publish(`${PREFIX}#/#${room}#`, 'garbage');
    // A stock client that receives a reserved name as an event drops its connection.
    const reserved = { type: 2, data: ['connect_error', 1], nsp: '/' };
    await redis.publish(`${PREFIX}#/#${room}#`, encode(['abcdef', reserved, { rooms: [room], except: [] }]));
    await redis.publish(`${PREFIX}-request#/#`, '{"type":4,"opts":{"rooms":[]},"close":true}');
    await redis.publish(`${PREFIX}-request#/#`, 'null');
    await redis.publish(`${PREFIX}-response#/#`, 'null');
    emitter.to('symbol:MSFT').emit('news', { headline: 'not for this one' });
    emitter.to(room).emit('news', { headline: 'still here' });
    await until(() => heard.length > 0, 'the last one arrives');
    expect(heard).toEqual([{ headline: 'still here' }]);
    expect(socket.connected).toBe(true);
    const metrics = await readMetrics(other);
    expect(metrics).toMatch(/tradecast_bus_dropped_total\{reason="unsigned"\} 9/);
  });
});

describe('two versions side by side', () => {
  test('a message of a newer bus version is dropped and counted, and the fact arrives from the database', async () => {
    const seal = createSeal({ prefix: PREFIX, secrets: () => [SESSION_SECRET], clock: systemClock });
    const newer = await cluster.join({
      env: { ...METRICS_ENV, REDIS_PREFIX: PREFIX },
      wrap: {
        bus: (bus) => ({
          subscribe: bus.subscribe,
          publish(topic, message) {
            const envelope = { version: BUS_VERSION + 1, at: Date.now(), message };
            const emit = JSON.stringify({ uid: 'newer0', type: 6, data: [topic.name, envelope] });
            // Its last messages leave when the test is over.
            redis.publish(REQUESTS, seal.close(REQUESTS, emit)).catch(() => {});
          },
        }),
      },
    });
    const session = await one.signUp();
    const socket = await one.connect(session);
    await ask(socket, 'subscribe:trades');
    const told = next(socket, 'trade:executed');
    const answer = await newer.hook('/hooks/trades', {
      eventId: 'from-a-newer-one',
      userId: session.user.id,
      type: 'executed',
      trade: { id: 't1', symbol: 'TSLA', side: 'buy', quantity: 5, price: 250.25 },
    });
    expect(answer.status).toBe(202);
    expect(await told).toMatchObject({ id: 't1', seq: 1 });
    const metrics = await readMetrics(one);
    expect(
      Number(/tradecast_bus_dropped_total\{reason="version"\} (\d+)/.exec(metrics)?.[1]),
    ).toBeGreaterThan(0);
  });
});

test('the page says how old each message may be', () => {
  const rows = tableRows(section(page, 'Messages between replicas'));
  const told = Object.fromEntries(rows.map(([topic, , age]) => [unquoted(topic!), age]));
  const kept = TOPICS.map(({ name, maxAgeMs }) => [name, `${maxAgeMs / 1_000} s`]);
  expect(told).toEqual(Object.fromEntries(kept));
});
