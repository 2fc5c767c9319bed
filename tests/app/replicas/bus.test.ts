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
import { leaseFreeTopic } from '../../../src/domain/engine/topics.ts';
import { portfolioTopic } from '../../../src/domain/trading/topics.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import {
  BUS_PREFIX,
  type BusPeer,
  type BusPeerOptions,
  createBusPeer,
  linked,
  sealOf,
} from '../../support/bus-peer.ts';
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

type Publish = (channel: string, message: string | Buffer) => Promise<unknown>;
/** Somebody else with access to the same Redis. `sealed` publishes as a replica does. */
async function withStranger(use: (stranger: Redis, sealed: Publish) => Promise<void>): Promise<void> {
  const stranger = new Redis(redis.url);
  const seal = sealOf();
  try {
    await use(stranger, (channel, message) => stranger.publish(channel, seal.close(channel, message)));
  } finally {
    stranger.disconnect();
  }
}
const clientsOf = async (asked: Redis): Promise<string[]> =>
  String(await asked.client('LIST'))
    .trim()
    .split('\n');
const REQUESTS = `${BUS_PREFIX}-request#/#`;
const EMITS = `${BUS_PREFIX}#/#`;
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
    await withStranger(async (_stranger, sealed) => {
      await sealed(REQUESTS, serverSideEmit('portfolio', old));
    });
    await until(() => taken.length === 1 && other.line.link.counters.late === 1, 'both have it');
    expect(heard).toEqual([]);
  });

  test('of a newer version: its messages are counted and dropped, its new topics and fields ignored', async () => {
    const [one] = await twoPeers();
    const heard = one.heard(portfolioTopic);
    const at = Date.now();
    await withStranger(async (_stranger, sealed) => {
      const say = (topic: string, envelope: object) => sealed(REQUESTS, serverSideEmit(topic, envelope));
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

describe('what is for readers of other replicas', () => {
  /** A commit whose seal does not fit. */
  const forged = (to: readonly string[]): Buffer => {
    const items = to.map((reader) => ['portfolio', reader, { userId: reader }]);
    const envelope = { version: BUS_VERSION, at: Date.now(), message: { to, items } };
    return sealOf().close('another channel', serverSideEmit('commit', envelope));
  };

  test('is left unopened; a commit with one reader here is opened, and its other messages are dropped', async () => {
    const [one] = makePeers(1);
    const [other] = makePeers(1, { hasReader: (reader) => reader === 'u2' });
    await linked(one!, other!);
    const heard = other!.heard(portfolioTopic);
    await withStranger(async (stranger) => {
      await stranger.publish(REQUESTS, forged(['u1', 'u3']));
      await stranger.publish(REQUESTS, forged(['u1', 'u2']));
    });
    await until(() => other!.refusals.counters.forged > 0, 'the second is refused');
    await until(() => one!.refusals.counters.forged === 2, 'who has all readers opens both');
    one!.bus.publish(portfolioTopic, { userId: 'u1' });
    one!.bus.publish(portfolioTopic, { userId: 'u2' });
    await until(() => heard.length > 0, 'the message of its reader arrives');
    expect(heard).toEqual([{ userId: 'u2' }]);
    expect(other!.refusals.counters).toMatchObject({ forged: 1, unsigned: 0 });
    expect(other!.line.link.counters).toMatchObject({ malformed: 0, version: 0 });
  });

  test('a reader whose name is not plain does not hide a commit', async () => {
    const odd = 'a]","b';
    const [one] = makePeers(1);
    const [other] = makePeers(1, { hasReader: (reader) => reader === odd });
    await linked(one!, other!);
    const heard = other!.heard(portfolioTopic);
    one!.bus.publish(portfolioTopic, { userId: odd });
    await until(() => heard.length === 1, 'it arrives');
    expect(heard).toEqual([{ userId: odd }]);
  });

  test('a turn of the loop is one publish, however many orders it settled', async () => {
    const [one, other] = await twoPeers();
    const heard = other.heard(portfolioTopic);
    await withStranger(async (stranger) => {
      const published: string[] = [];
      stranger.on('message', (_channel, message) => void published.push(message));
      await stranger.subscribe(REQUESTS);
      for (let user = 0; user < 60; user++) one.bus.publish(portfolioTopic, { userId: `u${user}` });
      await until(() => heard.length === 60, 'all arrive');
      expect(published.filter((message) => message.includes('portfolio'))).toHaveLength(1);
    });
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
  ];

  /** Each case in each channel of the adapter, one after the other; `count` is what a peer counts of them. */
  async function publishAll(
    publish: Publish,
    stranger: Redis,
    given: readonly (readonly [string, string | Buffer])[],
    count: (peer: BusPeer) => number,
  ): Promise<void> {
    const uid = String(
      await stranger.pubsub('CHANNELS', `${BUS_PREFIX}-response#/#?*`).then(([name]) => name),
    );
    let everywhere = 0;
    let atOne = 0;
    for (const channel of [REQUESTS, `${BUS_PREFIX}-response#/#`, uid, EMITS]) {
      for (const [name, message] of given) {
        await publish(channel, message);
        // One of the channels reaches one of them only.
        if (channel === uid) atOne += 1;
        else everywhere += 1;
        const counted = (): number[] => peers.map(count).sort((a, b) => a - b);
        await until(
          () => String(counted()) === String([everywhere, everywhere + atOne]),
          `${name} in ${channel} is counted: ${counted()} of ${everywhere} and ${atOne}`,
        );
      }
    }
  }
  async function expectHealthy([one, other]: [BusPeer, BusPeer]): Promise<void> {
    const heard = other.heard(portfolioTopic);
    one.bus.publish(portfolioTopic, { userId: 'u1' });
    await until(() => heard.length === 1, 'the bus goes on');
    expect(peers.map(({ line }) => line.link.counters.resubscribed)).toEqual([0, 0]);
  }

  test('ends no process and is refused without a seal, in every channel of the adapter', async () => {
    const both = await twoPeers();
    const onlyUnsigned = [
      ['an emit between servers', serverSideEmit('portfolio', envelope)],
      ['an emit into a room', encode(['else00', emit, { ...everyone, rooms: ['user:u1'] }])],
    ] as const;
    await withStranger(async (stranger) => {
      const publish: Publish = (channel, message) => stranger.publish(channel, message);
      await publishAll(
        publish,
        stranger,
        [...cases, ...onlyUnsigned],
        ({ refusals }) => refusals.counters.unsigned,
      );
    });
    await expectHealthy(both);
  });

  test('ends no process and is counted with the seal of a replica of another release', async () => {
    const both = await twoPeers();
    await withStranger((stranger, sealed) =>
      publishAll(sealed, stranger, cases, ({ line }) => line.link.counters.malformed),
    );
    await expectHealthy(both);
    expect(both[0].refusals.counters).toEqual({
      unsigned: 0,
      unlisted: 0,
      forged: 0,
      replayed: 0,
      outdated: 0,
    });
  });
});

describe('a message with a seal', () => {
  const portfolioOf = (userId: string): string =>
    serverSideEmit('portfolio', { version: BUS_VERSION, at: Date.now(), message: { userId } });

  /** What the peers counted after `publish`, and whom they were told of. */
  async function refusedAfter(count: number, publish: (stranger: Redis, peer: BusPeer) => Promise<unknown>) {
    const [one, other] = await twoPeers();
    const heard = other.heard(portfolioTopic);
    await withStranger(async (stranger) => {
      await publish(stranger, one);
      await stranger.publish(REQUESTS, sealOf().close(REQUESTS, portfolioOf('last')));
    });
    await until(() => heard.some(({ userId }) => userId === 'last'), 'the last one arrives');
    const { counters } = other.refusals;
    expect(Object.values(counters).reduce((sum, one) => sum + one, 0)).toBe(count);
    return { counters, heard: heard.map(({ userId }) => userId).slice(0, -1) };
  }

  test('is taken once: whatever is recorded on Redis and published again is refused', async () => {
    const recorded: [string, Buffer][] = [];
    const { counters, heard } = await refusedAfter(6, async (stranger, peer) => {
      const listener = stranger.duplicate();
      await listener.subscribe(REQUESTS);
      listener.on('messageBuffer', (channel: Buffer, message: Buffer) =>
        recorded.push([channel.toString(), message]),
      );
      peer.bus.publish(portfolioTopic, { userId: 'u1' });
      peer.beat();
      await until(() => recorded.length >= 2, 'both are recorded');
      const two = recorded.slice(0, 2);
      listener.disconnect();
      for (let round = 0; round < 3; round++)
        for (const [channel, message] of two) await stranger.publish(channel, message);
    });
    expect(counters.replayed).toBe(6);
    expect(heard).toEqual(['u1']);
  });

  test('of another prefix, channel or secret, with another body, or an hour old is refused', async () => {
    const hourAgo = { ...systemClock, now: () => Date.now() - 3_600_000 };
    const { counters, heard } = await refusedAfter(6, async (stranger) => {
      const say = (message: Buffer) => stranger.publish(REQUESTS, message);
      await say(sealOf({ prefix: 'else' }).close(REQUESTS, portfolioOf('prefix')));
      await say(sealOf().close(EMITS, portfolioOf('channel')));
      await say(sealOf({ secrets: ['x'.repeat(40)] }).close(REQUESTS, portfolioOf('secret')));
      const sealed = sealOf().close(REQUESTS, portfolioOf('u1')).toString();
      await say(Buffer.from(sealed.replace('"u1"', '"u2"')));
      await say(Buffer.from(sealed.replace(/^(TS1 \S+) 1 /, '$1 2 ')));
      await say(sealOf({ clock: hourAgo }).close(REQUESTS, portfolioOf('old')));
    });
    expect(counters).toEqual({ unsigned: 0, unlisted: 1, forged: 4, replayed: 0, outdated: 1 });
    expect(heard).toEqual([]);
  });

  test('passes while the secret is replaced in two steps', async () => {
    const [before, after] = ['b'.repeat(40), 'a'.repeat(40)];
    const steps = [[before], [before, after], [after, before], [after]];
    for (let step = 1; step < steps.length; step++) {
      const [one] = makePeers(1, { secrets: steps[step - 1]! });
      const [other] = makePeers(1, { secrets: steps[step]! });
      await linked(one!, other!);
      const [here, there] = [one!.heard(portfolioTopic), other!.heard(portfolioTopic)];
      one!.bus.publish(portfolioTopic, { userId: 'from-the-old' });
      other!.bus.publish(portfolioTopic, { userId: 'from-the-new' });
      await until(() => here.length === 2 && there.length === 2, `both receive both in step ${step}`);
      for (const peer of peers.splice(0)) peer.close();
    }
  });

  test('of another service on the same Redis, with the same secret and another prefix, stays there', async () => {
    const [one] = makePeers(1, { prefix: 'test' });
    const [other] = makePeers(1, { prefix: 'tes*' });
    await linked(one!, other!);
    const heard = [...peers.map((peer) => peer.heard(portfolioTopic))];
    one!.bus.publish(portfolioTopic, { userId: 'u1' });
    other!.bus.publish(portfolioTopic, { userId: 'u2' });
    one!.beat();
    other!.beat();
    await withStranger(async (_stranger, sealed) => void (await sealed(REQUESTS, portfolioOf('last'))));
    await until(() => heard[0]!.length === 2, 'the last one arrives');
    expect(heard).toEqual([[{ userId: 'u1' }, { userId: 'last' }], [{ userId: 'u2' }]]);
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
    const heard = other.heard(leaseFreeTopic);
    await redis.kill();
    await until(() => one.line.link.state() === 'down', 'it is known');
    const failed = one.line.link.counters.failed;
    one.bus.publish(leaseFreeTopic, { replica: 'lost' });
    expect(one.line.link.counters.failed).toBe(failed + 1);
    await until(() => one.line.link.counters.failed === failed + 1 + beats, 'heartbeats are lost');
    await redis.restart();
    await until(() => peers.every(({ line }) => line.link.state() === 'ok'), 'both find it');
    one.bus.publish(leaseFreeTopic, { replica: 'afterwards' });
    await until(() => heard.length === 1, 'the bus goes on');
    expect(heard).toEqual([{ replica: 'afterwards' }]);
    expect(changes).toEqual(['down', 'ok']);
    expect(one.line.link.counters.resubscribed).toBe(1);
  });

  test('hung: collects little, is known, fails fast from then on, and is found again', async () => {
    const [one, other] = await twoPeers();
    const heard = other.heard(leaseFreeTopic);
    const text = 'x'.repeat(50_000);
    const before = process.memoryUsage().rss;
    redis.hang();
    const stuffing = setInterval(() => {
      for (let count = 0; count < 20; count++) one.bus.publish(leaseFreeTopic, { replica: text });
    }, 20);
    await until(() => one.line.link.state() === 'down', 'it is known');
    clearInterval(stuffing);
    // 50 MB a second were published for three seconds.
    expect(one.line.link.counters.failed).toBeGreaterThan(1_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MAX_WAITING_BYTES);
    const failed = one.line.link.counters.failed;
    one.bus.publish(leaseFreeTopic, { replica: 'lost' });
    expect(one.line.link.counters.failed).toBe(failed + 1);
    await until(() => other.line.link.state() === 'down', 'the other knows it too');
    redis.wake();
    await until(() => peers.every(({ line }) => line.link.state() === 'ok'), 'both find it');
    one.bus.publish(leaseFreeTopic, { replica: 'afterwards' });
    await until(() => heard.at(-1)?.replica === 'afterwards', 'the bus goes on');
    expect(heard.some(({ replica }) => replica === 'lost')).toBe(false);
  });

  test.each([
    ['killed', () => redis.kill(), () => redis.restart()],
    ['hung', async () => redis.hang(), async () => redis.wake()],
  ])(
    '%s: is found again by a new connection at once, not by the next heartbeat',
    async (_how, breakIt, mend) => {
      const clock = createManualClock(Date.now());
      const [one, other] = await twoPeers({ clock });
      const heard = other.heard(leaseFreeTopic);
      await breakIt();
      clock.advance(2 * ECHO_TIMEOUT_MS);
      await until(() => peers.every(({ line }) => line.link.state() === 'down'), 'both know it');
      await mend();
      // The clock stands still, so nothing here waits for a timer of the service.
      await until(() => peers.every(({ line }) => line.link.state() === 'ok'), 'both find it');
      one.bus.publish(leaseFreeTopic, { replica: 'afterwards' });
      await until(() => heard.length === 1, 'the bus goes on');
    },
  );

  test('away at the start: the service starts and finds it later', async () => {
    await redis.kill();
    const [one, other] = makePeers(2);
    await until(() => peers.every(({ line }) => line.link.state() === 'down'), 'it is known');
    await redis.restart();
    await linked(one!, other!);
    const heard = other!.heard(leaseFreeTopic);
    one!.bus.publish(leaseFreeTopic, { replica: 'u1' });
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
    one.bus.publish(leaseFreeTopic, { replica: 'u1' });
    other.line.resubscribe();
    await redis.restart();
    await withStranger(async (stranger) => {
      expect(await clientsOf(stranger)).toHaveLength(1);
    });
  });
});

test('after a stall of ours the subscription is begun again, and nothing but the gap is lost', async () => {
  const [one, other] = await twoPeers();
  const heard = other.heard(leaseFreeTopic);
  other.line.resubscribe();
  await until(() => other.line.link.counters.resubscribed === 1, 'it is subscribed again');
  one.bus.publish(leaseFreeTopic, { replica: 'u1' });
  await until(() => heard.length === 1, 'it hears');
  await withStranger(async (stranger) => {
    // Two each for the bus, one each for commands, the stranger's own.
    await until(async () => (await clientsOf(stranger)).length === 7, 'the old connections are gone');
  });
});
