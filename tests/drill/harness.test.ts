import { once } from 'node:events';
import { createServer } from 'node:http';
import type net from 'node:net';
import path from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { badFrames, sendFrames } from '../../drill/support/bad-ticks.ts';
import { asExpected, atMost, exactly, type Row } from '../../drill/support/drill.ts';
import { createFollower, type ReadPage } from '../../drill/support/follower.ts';
import { createLedger } from '../../drill/support/ledger.ts';
import { losingBus } from '../../drill/support/losing-bus.ts';
import { createPublisher } from '../../drill/support/publisher.ts';
import { createQuoteWatch } from '../../drill/support/quote-watch.ts';
import { connected, openSocket } from '../../rig/clients/stock-client.ts';
import { complaintsIn } from '../../rig/complaints.ts';
import { silentLog } from '../../rig/log.ts';
import { STEP_MS } from '../../rig/patience.ts';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import { createRandom } from '../../rig/random.ts';
import { until } from '../../rig/wait.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { unavailable } from '../../src/adapters/sql/errors.ts';
import { leaseFreeTopic } from '../../src/domain/engine/topics.ts';
import { portfolioTopic } from '../../src/domain/trading/topics.ts';
import { createLogger } from '../../src/logger.ts';

const spec = {
  client: 'c1',
  group: 'client',
  userId: 'u1',
  sessionID: 's1',
  cookie: '',
  symbols: [],
  kind: 'lean',
} as const;
const event = (seq: number, epoch = 'e1') => ({ epoch, seq, id: `t${seq}` });
const confirmed = (head: number, recovered: boolean, epoch = 'e1') => ({ epoch, head, recovered });

describe('a connection of a test', () => {
  test('that is cut before it is admitted fails instead of waiting for ever', async () => {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => {
      socket.send('0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000}');
      socket.once('message', () => socket.terminate());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo;
    try {
      const socket = openSocket(`http://127.0.0.1:${port}`, {});
      await expect(connected(socket)).rejects.toThrow('ended before it was admitted');
    } finally {
      sockets.close();
      server.close();
    }
  });
});

describe('a client of the drills', () => {
  test('has no position at first and resumes from the last event it received', () => {
    const follower = createFollower(spec, { readPage: jest.fn<ReadPage>() });
    expect(follower.resumeFrom()).toBeUndefined();
    follower.confirmed(confirmed(4, false));
    expect(follower.resumeFrom()).toEqual({ epoch: 'e1', after: 4 });
    follower.received(event(5));
    expect(follower.resumeFrom()).toEqual({ epoch: 'e1', after: 5 });
  });

  test('fetches what cannot be replayed over HTTP, and what is live waits until then', async () => {
    const pages = [[event(1, 'e2'), event(2, 'e2')], [event(3, 'e2')]];
    const readPage = jest.fn<ReadPage>(async () => ({
      epoch: 'e2',
      head: 3,
      events: (pages.shift() ?? []).map((payload) => ({ payload })),
    }));
    const follower = createFollower(spec, { readPage });
    follower.confirmed(confirmed(9, false));
    follower.disconnected();
    follower.confirmed(confirmed(3, false, 'e2'));
    follower.received(event(4, 'e2'));
    expect(follower.isFollowing()).toBe(false);
    await until(follower.isFollowing, 'it follows again');
    expect(follower.log().received.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(readPage.mock.calls.map(([, { seq }]) => seq)).toEqual([9, 2]);
  });

  test('of the control comes back as if it had never been there', () => {
    const readPage = jest.fn<ReadPage>();
    const follower = createFollower({ ...spec, forgetful: true }, { readPage });
    follower.confirmed(confirmed(4, false));
    follower.received(event(5));
    follower.disconnected();
    expect(follower.resumeFrom()).toBeUndefined();
    follower.confirmed(confirmed(7, false));
    expect(readPage).not.toHaveBeenCalled();
  });

  test('counts the time without the event lane until it follows again', () => {
    const follower = createFollower(spec, { readPage: jest.fn<ReadPage>() });
    follower.confirmed(confirmed(0, false));
    follower.disconnected();
    expect(follower.log().gaps).toMatchObject([{ client: 'c1', to: null }]);
    follower.confirmed(confirmed(0, true));
    expect(follower.log().gaps).toMatchObject([{ client: 'c1', to: expect.any(Number) }]);
  });
});

describe('a row', () => {
  const row = (ok: boolean, control?: string): Row => ({
    fault: 'f',
    faults: 1,
    verdict: null,
    checks: [exactly('c', ok ? 0 : 1, 0)],
    ...(control !== undefined && { control }),
  });

  test.each([
    ['passes where all checks do', row(true), true],
    ['fails where one check does', row(false), false],
    ['of a control has to fail', row(false, 'the sweep'), true],
    ['of a control that passes is a failure', row(true, 'the sweep'), false],
  ])('%s', (_, one, expected) => {
    expect(asExpected(one)).toBe(expected);
  });

  test('does not pass on a number that is none', () => {
    expect(atMost('p99', Number.NaN, 5).ok).toBe(false);
    expect(atMost('back', Number.POSITIVE_INFINITY, 10).ok).toBe(false);
  });
});

describe('a bus that loses messages', () => {
  const orders = (count: number, oneIn: number, seed: number): string[] => {
    const bus = losingBus(createLocalBus(silentLog), { oneIn, seed });
    const received: string[] = [];
    bus.subscribe(portfolioTopic, ({ userId }) => received.push(userId));
    for (let at = 0; at < count; at++) bus.publish(portfolioTopic, { userId: String(at) });
    return received;
  };

  test('loses about as many as it is told, and the same ones for the same seed', () => {
    const received = orders(10_000, 100, 7);
    expect(received.length).toBeGreaterThan(9_850);
    expect(received.length).toBeLessThan(9_950);
    expect(orders(10_000, 100, 7)).toEqual(received);
    expect(orders(10_000, 100, 8)).not.toEqual(received);
  });

  test('tells what it lost by chance, and not what it was told to lose', () => {
    const lost: string[] = [];
    const rule = { oneIn: 2, seed: 7, topic: 'portfolio', holding: '-last' } as const;
    const bus = losingBus(createLocalBus(silentLog), rule, (topic) => lost.push(topic));
    let received = 0;
    bus.subscribe(portfolioTopic, () => received++);
    for (let at = 0; at < 100; at++) bus.publish(portfolioTopic, { userId: String(at) });
    expect(lost.length).toBeGreaterThan(0);
    expect(received + lost.length).toBe(100);
    expect(new Set(lost)).toEqual(new Set(['portfolio']));
  });

  test('loses every message of a topic that holds a text, and no other', () => {
    const bus = losingBus(createLocalBus(silentLog), { topic: 'portfolio', holding: '-last' });
    const received: string[] = [];
    bus.subscribe(portfolioTopic, ({ userId }) => received.push(userId));
    bus.subscribe(leaseFreeTopic, ({ replica }) => received.push(replica));
    bus.publish(portfolioTopic, { userId: 'a' });
    bus.publish(portfolioTopic, { userId: 'a-last' });
    bus.publish(leaseFreeTopic, { replica: 'b-last' });
    expect(received).toEqual(['a', 'b-last']);
  });
});

describe('a watch over quotes', () => {
  const aged = (ageMs: number, state: string) => ({
    symbol: 'AAPL',
    timestamp: new Date(Date.now() - ageMs).toISOString(),
    state,
  });

  test('counts every one told as the present one that is older than two seconds', () => {
    const watch = createQuoteWatch();
    watch.arrived(aged(100, 'live'));
    watch.arrived(aged(5_000, 'stale'));
    expect(watch.log()).toMatchObject({ delivered: 2, stale: [] });
    watch.arrived(aged(3_000, 'live'));
    watch.arrived(aged(3_000, 'simulated'));
    expect(watch.log().stale).toHaveLength(2);
    expect(watch.log().oldestMs).toBeGreaterThanOrEqual(3_000);
  });
});

test('a publisher tells of its longest wait, also where the answer was a yes', async () => {
  const folder = createFolder();
  const server = createServer((_request, response) => {
    setTimeout(() => response.writeHead(201).end('{"success":true,"data":{"seq":1}}'), 60);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ledger = createLedger(path.join(folder, 'ledger'));
  try {
    const { port } = server.address() as net.AddressInfo;
    const publisher = createPublisher({
      ledger,
      random: createRandom(1),
      name: 'p',
      userIds: ['u1'],
      symbols: ['AAPL'],
      targets: () => [{ port, name: '' }],
      keepAlive: false,
      answerMs: STEP_MS,
    });
    await publisher.trade('u1');
    expect(publisher.failures()).toMatchObject({ serverErrors: 0, cutOff: 0 });
    expect(publisher.failures().slowestMs).toBeGreaterThanOrEqual(50);
  } finally {
    ledger.close();
    server.close();
    removeFolder(folder);
  }
});

test('a bad tick counts as sent only where somebody is there to hear it', () => {
  const received: string[] = [];
  const line = (open: boolean) => ({
    isOpen: () => open,
    send: (frame: string) => void received.push(frame),
  });
  const frames = badFrames('AAPL', Date.now());
  expect(sendFrames([], frames)).toBe(0);
  expect(sendFrames([line(false)], frames)).toBe(0);
  expect(sendFrames([line(true), line(false)], frames)).toBe(frames.length);
  expect(received).toEqual(frames);
});

test('what a log complains of is told with its cause', () => {
  const lines: string[] = [];
  const log = createLogger({
    level: 'info',
    terminal: false,
    destination: { write: (line) => void lines.push(line) },
  });
  const cause = new Error('timeout exceeded when trying to connect');
  log.error({ err: unavailable(cause) }, 'a request failed');
  log.info('all is well');
  expect([...complaintsIn(lines.join(''))]).toEqual([[expect.stringContaining(cause.message), 1]]);
});

test('the same seed makes the same choices', () => {
  const choices = (seed: number): number[] => {
    const random = createRandom(seed);
    return Array.from({ length: 20 }, () => random.pick([1, 2, 3, 4, 5]));
  };
  expect(choices(1)).toEqual(choices(1));
  expect(choices(1)).not.toEqual(choices(2));
  expect(new Set(choices(1)).size).toBe(5);
});
