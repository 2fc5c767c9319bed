import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../local/redis-server.ts';
import { agelessLine } from '../../../rig/ports/ageless-line.ts';
import { repoRoot } from '../../../rig/source-files.ts';
import { until } from '../../../rig/wait.ts';
import { MAX_WAITING_BYTES } from '../../../src/adapters/redis/bus-connections.ts';
import { BUS_VERSION } from '../../../src/domain/bus/envelope.ts';
import { ECHO_TIMEOUT_MS } from '../../../src/domain/bus/link-watch.ts';
import { portfolioTopic } from '../../../src/domain/trading/topics.ts';
import { type BusPeer, type BusPeerOptions, createBusPeer, linked } from '../../support/bus-peer.ts';
import { createManualClock } from '../../support/manual-clock.ts';

/** The MessagePack of the adapter and of the stock emitter. */
const { encode } = createRequire(path.join(repoRoot, 'node_modules/@socket.io/redis-adapter/package.json'))(
  'notepack.io',
) as { encode(value: unknown): Buffer };

let redis: RedisServer;
const peers: BusPeer[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled);
  redis = await startRedisServer();
});
afterAll(async () => {
  process.off('unhandledRejection', onUnhandled);
  await redis.stop();
});
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
  expect(unhandled.splice(0)).toEqual([]);
});

function makePeers(count: number, options: Partial<BusPeerOptions> = {}): BusPeer[] {
  const made = Array.from({ length: count }, (_, index) =>
    createBusPeer({ name: `peer-${index}`, url: redis.url, ...options }),
  );
  peers.push(...made);
  return made;
}
async function twoPeers(options: Partial<BusPeerOptions> = {}): Promise<[BusPeer, BusPeer]> {
  const [one, other] = makePeers(2, options);
  await linked(one!, other!);
  return [one!, other!];
}

/** Somebody else with access to the same Redis. */
async function withStranger(use: (stranger: Redis) => Promise<void>): Promise<void> {
  const stranger = new Redis(redis.url);
  try {
    await use(stranger);
  } finally {
    stranger.disconnect();
  }
}
const clientsOf = async (asked: Redis): Promise<string[]> =>
  String(await asked.client('LIST'))
    .trim()
    .split('\n');
const REQUESTS = 'test-request#/#';
const serverSideEmit = (...data: unknown[]): string => JSON.stringify({ uid: 'else00', type: 6, data });

describe('the bus over Redis', () => {
  test('reaches the other replicas once, and the listeners of the publisher at once', async () => {
    const [one, other] = await twoPeers();
    const [here, there] = [one.heard(portfolioTopic), other.heard(portfolioTopic)];
    one.bus.publish(portfolioTopic, { userId: 'u1' });
    expect(here).toEqual([{ userId: 'u1' }]);
    await until(() => there.length === 1, 'the other hears it');
    one.bus.publish(portfolioTopic, { userId: 'u2' });
    await until(() => there.length === 2, 'the other hears the second');
    expect(here).toHaveLength(2);
    expect(one.line.link.lagMs()).toBeGreaterThanOrEqual(0);
    expect(one.line.link.counters).toMatchObject({ malformed: 0, late: 0, version: 0, resubscribed: 0 });
  });

  test('a message older than its topic allows is dropped and counted, and passes on a line that calls everything new', async () => {
    const [, other] = await twoPeers();
    const [careless] = makePeers(1, { wrapLine: agelessLine });
    await linked(careless!);
    const [heard, taken] = [other.heard(portfolioTopic), careless!.heard(portfolioTopic)];
    const old = { version: BUS_VERSION, at: Date.now() - 60_000, message: { userId: 'old' } };
    await withStranger((stranger) =>
      stranger.publish(REQUESTS, serverSideEmit('portfolio', old)).then(() => {}),
    );
    await until(() => taken.length === 1 && other.line.link.counters.late === 1, 'both have it');
    expect(heard).toEqual([]);
  });

  test('of a newer version: its messages are counted and dropped, its new topics and fields ignored', async () => {
    const [one] = await twoPeers();
    const heard = one.heard(portfolioTopic);
    const at = Date.now();
    await withStranger(async (stranger) => {
      const say = (topic: string, envelope: object) =>
        stranger.publish(REQUESTS, serverSideEmit(topic, envelope));
      await say('portfolio', { version: BUS_VERSION + 1, at, message: { user: ['u1'] } });
      await say('sentiment', { version: BUS_VERSION + 1, at, message: {} });
      await say('portfolio', {
        version: BUS_VERSION,
        at,
        trace: 'x',
        message: { userId: 'u1', priority: 3 },
      });
    });
    await until(() => heard.length === 1, 'the one it understands arrives');
    expect(heard).toEqual([{ userId: 'u1', priority: 3 }]);
    expect(one.line.link.counters).toMatchObject({ version: 2, malformed: 0 });
  });
});

describe('what is malformed', () => {
  const envelope = { version: BUS_VERSION, at: Date.now(), message: { userId: 'u1' } };
  const emit = { type: 2, nsp: '/', data: ['hello'] };
  const everyone = { rooms: [], except: [], flags: {} };
  const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const cases: [string, string | Buffer][] = [
    ['nothing', ''],
    ['garbage bytes', Buffer.from([0xc1, 0xff, 0x00, 0x9f, 0x81])],
    ['a number', Buffer.from([0x01])],
    ['null', 'null'],
    ['null in MessagePack', encode(null)],
    ['an opened brace', '{'],
    ['an object with nothing', '{}'],
    ['an array with nothing', encode([])],
    ['a megabyte of braces', '{'.repeat(1_000_000)],
    ['a megabyte of bytes', Buffer.alloc(1_000_000, 0x93)],
    ['twenty thousand levels', deep(20_000)],
    ['an emit between servers without data', '{"uid":"else00","type":6}'],
    ['an emit between servers of null', '{"uid":"else00","type":6,"data":null}'],
    ['an emit between servers of a number', '{"uid":"else00","type":6,"data":[5]}'],
    ['an emit between servers cut off', serverSideEmit('portfolio', envelope).slice(0, -9)],
    ['an emit between servers that wants an answer', `${serverSideEmit('x').slice(0, -1)},"requestId":"r1"}`],
    [
      'a message of twenty thousand levels',
      `{"uid":"else00","type":6,"data":["portfolio",{"message":${deep(20_000)}}]}`,
    ],
    [
      'a message of null',
      serverSideEmit('portfolio', { version: BUS_VERSION, at: Date.now(), message: null }),
    ],
    ['a question for sockets', '{"uid":"else00","type":0,"requestId":"r1","rooms":["user:1"]}'],
    [
      'a question for sockets with their cookies',
      '{"uid":"else00","requestId":"r1","type":5,"opts":{"rooms":[],"except":[]}}',
    ],
    ['an order to join without rooms', '{"type":2,"opts":{},"rooms":null}'],
    ['an order to disconnect everybody', '{"type":4,"opts":{"rooms":[],"except":[]},"close":true}'],
    ['a broadcast with an answer', '{"uid":"else00","type":7,"requestId":"r1"}'],
    ['an answer nobody asked for', '{"requestId":"r1","sockets":[]}'],
    ['an emit without a packet', encode(['else00'])],
    ['an emit without options', encode(['else00', emit])],
    ['an emit of null', encode(['else00', null, everyone])],
    ['an emit with rooms of a wrong type', encode(['else00', emit, { ...everyone, rooms: 5 }])],
    ['an emit with rooms that are no texts', encode(['else00', emit, { ...everyone, rooms: [null] }])],
    ['an emit with flags of a wrong type', encode(['else00', emit, { ...everyone, flags: 'all' }])],
    ['an emit without an event', encode(['else00', { ...emit, data: [] }, everyone])],
    ['an emit whose event is a number', encode(['else00', { ...emit, data: [7] }, everyone])],
    ['an emit that asks clients to disconnect', encode(['else00', { ...emit, type: 1 }, everyone])],
    ['an emit of an unknown type', encode(['else00', { ...emit, type: 99 }, everyone])],
    [
      'an emit larger than a client may send',
      encode(['else00', { ...emit, data: ['x', 'y'.repeat(70_000)] }, everyone]),
    ],
  ];

  test('ends no process and is counted, in every channel of the adapter', async () => {
    const [one, other] = await twoPeers();
    const peersHere = [one, other];
    await withStranger(async (stranger) => {
      const uid = String(await stranger.pubsub('CHANNELS', 'test-response#/#?*').then((names) => names[0]));
      let everywhere = 0;
      let atOne = 0;
      for (const channel of [REQUESTS, 'test-response#/#', uid, 'test#/#']) {
        for (const [name, message] of cases) {
          await stranger.publish(channel, message);
          // One of the channels reaches one of them only.
          if (channel === uid) atOne += 1;
          else everywhere += 1;
          const counted = (): number[] =>
            peersHere.map(({ line }) => line.link.counters.malformed).sort((a, b) => a - b);
          await until(
            () => String(counted()) === String([everywhere, everywhere + atOne]),
            `${name} in ${channel} is counted: ${counted()} of ${everywhere} and ${atOne}`,
          );
        }
      }
    });
    const heard = other.heard(portfolioTopic);
    one.bus.publish(portfolioTopic, { userId: 'u1' });
    await until(() => heard.length === 1, 'the bus goes on');
    expect(peersHere.map(({ line }) => line.link.counters.resubscribed)).toEqual([0, 0]);
  });
});

describe('when Redis fails', () => {
  afterEach(async () => {
    // The next test finds it well, whatever happened in this one.
    redis.wake();
  });

  test.each([0, 2])('killed for %i heartbeats: known, counted, and found again', async (beats) => {
    const [one, other] = await twoPeers();
    const changes: string[] = [];
    one.line.link.onChange((state) => changes.push(state));
    const heard = other.heard(portfolioTopic);
    await redis.kill();
    await until(() => one.line.link.state() === 'down', 'it is known');
    const failed = one.line.link.counters.failed;
    one.bus.publish(portfolioTopic, { userId: 'lost' });
    expect(one.line.link.counters.failed).toBe(failed + 1);
    await until(() => one.line.link.counters.failed === failed + 1 + beats, 'heartbeats are lost');
    await redis.restart();
    await until(() => peers.every(({ line }) => line.link.state() === 'ok'), 'both find it');
    one.bus.publish(portfolioTopic, { userId: 'afterwards' });
    await until(() => heard.length === 1, 'the bus goes on');
    expect(heard).toEqual([{ userId: 'afterwards' }]);
    expect(changes).toEqual(['down', 'ok']);
    expect(one.line.link.counters.resubscribed).toBe(1);
  });

  test('hung: collects little, is known, fails fast from then on, and is found again', async () => {
    const [one, other] = await twoPeers();
    const heard = other.heard(portfolioTopic);
    const text = 'x'.repeat(50_000);
    const before = process.memoryUsage().rss;
    redis.hang();
    const stuffing = setInterval(() => {
      for (let count = 0; count < 20; count++) one.bus.publish(portfolioTopic, { userId: text });
    }, 20);
    await until(() => one.line.link.state() === 'down', 'it is known');
    clearInterval(stuffing);
    // 50 MB a second were published for three seconds.
    expect(one.line.link.counters.failed).toBeGreaterThan(1_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MAX_WAITING_BYTES);
    const failed = one.line.link.counters.failed;
    one.bus.publish(portfolioTopic, { userId: 'lost' });
    expect(one.line.link.counters.failed).toBe(failed + 1);
    await until(() => other.line.link.state() === 'down', 'the other knows it too');
    redis.wake();
    await until(() => peers.every(({ line }) => line.link.state() === 'ok'), 'both find it');
    one.bus.publish(portfolioTopic, { userId: 'afterwards' });
    await until(() => heard.at(-1)?.userId === 'afterwards', 'the bus goes on');
    expect(heard.some(({ userId }) => userId === 'lost')).toBe(false);
  });

  test.each([
    ['killed', () => redis.kill(), () => redis.restart()],
    ['hung', async () => redis.hang(), async () => redis.wake()],
  ])(
    '%s: is found again by a new connection at once, not by the next heartbeat',
    async (_how, breakIt, mend) => {
      const clock = createManualClock(Date.now());
      const [one, other] = await twoPeers({ clock });
      const heard = other.heard(portfolioTopic);
      await breakIt();
      clock.advance(2 * ECHO_TIMEOUT_MS);
      await until(() => peers.every(({ line }) => line.link.state() === 'down'), 'both know it');
      await mend();
      // The clock stands still, so nothing here waits for a timer of the service.
      await until(() => peers.every(({ line }) => line.link.state() === 'ok'), 'both find it');
      one.bus.publish(portfolioTopic, { userId: 'afterwards' });
      await until(() => heard.length === 1, 'the bus goes on');
    },
  );

  test('away at the start: the service starts and finds it later', async () => {
    await redis.kill();
    const [one, other] = makePeers(2);
    await until(() => peers.every(({ line }) => line.link.state() === 'down'), 'it is known');
    await redis.restart();
    await linked(one!, other!);
    const heard = other!.heard(portfolioTopic);
    one!.bus.publish(portfolioTopic, { userId: 'u1' });
    await until(() => heard.length === 1, 'the bus works');
  });

  test('stopping while it is away leaves nothing behind', async () => {
    const [one, other] = await twoPeers();
    const connections = (): number =>
      process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
    await redis.kill();
    await until(() => peers.every(({ line }) => line.link.state() === 'down'), 'it is known');
    const before = connections();
    for (const peer of peers.splice(0)) peer.close();
    await until(
      () => connections() <= before - 2 || connections() === 0,
      'no timer and no connection is left',
    );
    one.bus.publish(portfolioTopic, { userId: 'u1' });
    other.line.resubscribe();
    await redis.restart();
    await withStranger(async (stranger) => {
      expect(await clientsOf(stranger)).toHaveLength(1);
    });
  });
});

test('after a stall of ours the subscription is begun again, and nothing but the gap is lost', async () => {
  const [one, other] = await twoPeers();
  const heard = other.heard(portfolioTopic);
  other.line.resubscribe();
  await until(() => other.line.link.counters.resubscribed === 1, 'it is subscribed again');
  one.bus.publish(portfolioTopic, { userId: 'u1' });
  await until(() => heard.length === 1, 'it hears');
  await withStranger(async (stranger) => {
    // Two each for the bus, one each for commands, the stranger's own.
    await until(async () => (await clientsOf(stranger)).length === 7, 'the old connections are gone');
  });
});
