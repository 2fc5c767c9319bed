import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../../rig/app.ts';
import { createTestClock } from '../../../rig/clock.ts';
import { SESSION_SECRET } from '../../../rig/secrets.ts';
import { until } from '../../../rig/wait.ts';
import { createSocketTokens } from '../../../src/domain/accounts/socket-tokens.ts';
import { PLAIN_PING_INTERVAL_MS, SOCKET_TOKEN_SECONDS } from '../../../src/protocol/limits.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { connectPlain, openPlain, type PlainClient } from '../../support/plain-client.ts';

let app: TestApp;
beforeAll(async () => {
  // The limits are tested elsewhere; here each message has to get as far as its own refusal.
  app = await startApp({
    env: { RATE_LIMITS: 'connect=100000/60,unknown=100000/60,http:register=100000/60' },
  });
});
afterAll(() => app.close());

const open = ({ cookie }: SignedIn): Promise<PlainClient> => connectPlain(app.port, { headers: { cookie } });
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

/** A message and the code of its refusal. Each has to change nothing. */
const CORPUS: readonly [what: string, message: string | Buffer | object, code: string][] = [
  ['nothing', '', 'VALIDATION'],
  ['a word', 'hello', 'VALIDATION'],
  ['a ping in capitals', 'PING', 'VALIDATION'],
  ['half an object', '{"type":"subscribe"', 'VALIDATION'],
  ['two objects', '{"type":"ping"}{"type":"ping"}', 'VALIDATION'],
  ['null', 'null', 'VALIDATION'],
  ['a number', '42', 'VALIDATION'],
  ['a string', '"ping"', 'VALIDATION'],
  ['an array', '[{"type":"ping"}]', 'VALIDATION'],
  ['a packet of Socket.IO', '42["subscribe:watchlist",["AAPL"]]', 'VALIDATION'],
  ['a binary frame', Buffer.from([0, 255, 1, 2]), 'VALIDATION'],
  ['a command in a binary frame', Buffer.from('{"type":"ping"}'), 'VALIDATION'],
  ['deep nesting', nested(7_000), 'VALIDATION'],
  ['an object without a type', {}, 'VALIDATION'],
  ['a type that is a number', { type: 1 }, 'VALIDATION'],
  ['a type that is a list', { type: ['subscribe'], symbols: ['AAPL'] }, 'VALIDATION'],
  ['a type of the prototype only', '{"__proto__":{"type":"subscribe"},"symbols":["AAPL"]}', 'VALIDATION'],
  ['an unknown type', { type: 'buy' }, 'UNKNOWN_EVENT'],
  ['a type of the object prototype', { type: 'toString' }, 'UNKNOWN_EVENT'],
  ['a type named __proto__', '{"type":"__proto__"}', 'UNKNOWN_EVENT'],
  ['a type of ours to clients', { type: 'quote', symbol: 'AAPL', data: {} }, 'UNKNOWN_EVENT'],
  ['a command of Socket.IO', { type: 'order:place' }, 'UNKNOWN_EVENT'],
  ['no symbols', { type: 'subscribe' }, 'VALIDATION'],
  ['one symbol that is no list', { type: 'subscribe', symbols: 'AAPL' }, 'VALIDATION'],
  ['symbols that are numbers', { type: 'subscribe', symbols: [1, 2] }, 'VALIDATION'],
  ['one symbol of two that is null', { type: 'subscribe', symbols: ['AAPL', null] }, 'VALIDATION'],
  ['symbols in a nested list', { type: 'subscribe', symbols: [['AAPL']] }, 'VALIDATION'],
  ['symbols nested deeply', `{"type":"subscribe","symbols":${nested(3_000)}}`, 'VALIDATION'],
  ['no contracts', { type: 'subscribe_options', symbols: ['O:SPY251219C00650000'] }, 'VALIDATION'],
  ['contracts that are numbers', { type: 'subscribe_options', contractIds: [251219] }, 'VALIDATION'],
  ['one contract that is no list', { type: 'unsubscribe_options', contractIds: 'O:SPY' }, 'VALIDATION'],
  ['a key more', { type: 'subscribe', symbols: ['AAPL'], admin: true }, 'VALIDATION'],
  ['a key named __proto__', '{"type":"subscribe","symbols":["AAPL"],"__proto__":{"x":1}}', 'VALIDATION'],
  ['a time that is text', { type: 'subscribe', symbols: ['AAPL'], timestamp: 'now' }, 'VALIDATION'],
  ['a time beyond all numbers', '{"type":"subscribe","symbols":["AAPL"],"timestamp":1e999}', 'VALIDATION'],
  ['a second sign-in', { type: 'auth', token: 'x' }, 'VALIDATION'],
];

/** A client that watches AAPL, and that nothing may disturb. */
async function bystander() {
  const client = await open(await app.signUp());
  client.send({ type: 'subscribe', symbols: ['AAPL'] });
  await client.next('subscribed');
  await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
  return {
    client,
    last: () => client.messages('quote').at(-1)?.data.price,
    async sees(price: number) {
      app.market.tick('AAPL', price);
      await until(() => client.messages('quote').at(-1)?.data.price === price, `the price ${price}`);
    },
  };
}

test.each(CORPUS)('%s is refused with a code, and changes nothing', async (_what, message, code) => {
  const client = await open(await app.signUp());
  client.send(message);
  const error = await client.next('error');
  expect(error).toEqual({ type: 'error', code, message: expect.any(String) });
  client.send({ type: 'unsubscribe', symbols: ['AAPL'] });
  expect(await client.next('unsubscribed')).toMatchObject({ symbols: [] });
  client.ws.terminate();
});

test('the whole corpus twenty times over leaves the process, and the good clients, as they were', async () => {
  const good = [await bystander(), await bystander()];
  const attacker = await app.signUp();
  for (let round = 1; round <= 20; round++) {
    const client = await open(attacker);
    for (const [, message] of CORPUS) client.send(message);
    const strangers = CORPUS.slice(round - 1, round + 4).map(([, message]) => {
      const stranger = openPlain(app.port);
      stranger.ws.on('open', () => stranger.send(message));
      return stranger;
    });
    await until(() => client.messages('error').length === CORPUS.length, 'each is answered');
    for (const stranger of strangers) expect((await stranger.closed).code).toBe(4401);
    for (const { sees } of good) await sees(1_000 + round);
    client.ws.terminate();
    await client.closed;
  }
  for (const { client, last } of good) {
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    expect(last()).toBe(1_020);
    expect(client.messages('error')).toEqual([]);
    client.ws.terminate();
  }
});

test.each([
  ['garbage', 'garbage'],
  ['pings', 'ping'],
  ['unknown types', '{"type":"buy"}'],
])('a flood of %s ends its connection, and its neighbours lose nothing', async (_what, text) => {
  const good = await bystander();
  const flood = await open(await app.signUp());
  for (let count = 0; count < 2_000; count++) flood.send(text);
  expect(await flood.closed).toEqual({ code: 4429, reason: 'flood' });
  await good.sees(5_555);
  good.client.ws.terminate();
});

test.each([
  [
    'ten thousand symbols',
    JSON.stringify({ type: 'subscribe', symbols: Array.from({ length: 10_000 }, (_, at) => `S${at}`) }),
  ],
  ['two megabytes', 'x'.repeat(2_000_000)],
  ['two megabytes of bytes', Buffer.alloc(2_000_000)],
])(
  '%s in one frame end only their own connection, before and after it is signed in',
  async (_what, frame) => {
    const good = await bystander();
    const huge = await open(await app.signUp());
    huge.send(frame);
    expect((await huge.closed).code).toBe(1009);
    const stranger = openPlain(app.port);
    stranger.ws.on('open', () => stranger.send(frame));
    expect((await stranger.closed).code).toBe(1009);
    await good.sees(6_666);
    good.client.ws.terminate();
  },
);

test('as many names as a frame holds are each answered', async () => {
  const client = await open(await app.signUp());
  const names = Array.from({ length: 2_000 }, (_, at) => `s${at}`);
  client.send({ type: 'subscribe', symbols: names });
  const { symbols, rejected } = await client.next('subscribed');
  expect(symbols).toEqual([]);
  expect(rejected).toEqual(names.map((symbol) => ({ symbol, code: 'VALIDATION' })));
  client.ws.terminate();
});

test('a storm of reconnects with an expired token is refused, and good clients lose nothing', async () => {
  const good = await bystander();
  const { user, sessionID } = await app.signUp();
  const { token } = await createSocketTokens({
    store: { claim: async () => true, findSession: async () => null },
    secrets: () => [SESSION_SECRET],
    clock: createManualClock(Date.now() - 2 * SOCKET_TOKEN_SECONDS * 1_000),
  }).issue(user.id, sessionID);
  const storm = Array.from({ length: 300 }, () =>
    openPlain(app.port, { path: `/api/socket?token=${token}` }),
  );
  const ends = Promise.all(storm.map(({ closed }) => closed));
  await good.sees(7_777);
  expect(new Set((await ends).map(({ code }) => code))).toEqual(new Set([4401]));
  await good.sees(7_778);
  expect(good.client.messages('error')).toEqual([]);
  good.client.ws.terminate();
});

test('a client that cuts its line in the middle of a handshake leaves no place taken', async () => {
  const user = await app.signUp();
  for (let round = 0; round < 20; round++) {
    const client = openPlain(app.port, { headers: { cookie: user.cookie } });
    client.ws.on('open', () => client.ws.terminate());
    await client.closed;
  }
  // The service may notice the last ends a little later.
  const kept: PlainClient[] = [];
  await until(async () => {
    const client = openPlain(app.port, { headers: { cookie: user.cookie } });
    await until(() => client.texts.length > 0, 'the greeting or the refusal');
    if (client.messages('connected').length > 0) kept.push(client);
    return kept.length === 5;
  }, 'all five places are free');
  for (const { ws } of kept) ws.terminate();
});

describe('a message in fragments', () => {
  const text = Buffer.from('{"type":"subscribe","symbols":["MSFT","é"]}');
  const cut = text.indexOf('é') + 1;

  test('is read as one, also where a fragment ends within a character and a ping comes between', async () => {
    const good = await bystander();
    const client = await open(await app.signUp());
    client.ws.send(text.subarray(0, 9), { fin: false, binary: false });
    client.ws.ping();
    client.ws.send(text.subarray(9, cut), { fin: false });
    await good.sees(8_101);
    expect(client.messages('subscribed')).toEqual([]);
    client.ws.send(text.subarray(cut), { fin: true });
    expect(await client.next('subscribed')).toMatchObject({
      symbols: ['MSFT'],
      rejected: [{ symbol: 'é', code: 'VALIDATION' }],
    });
    for (const { ws } of [client, good.client]) ws.terminate();
  });

  test('may have no more bytes than one in a piece, and never finished costs only its own connection', async () => {
    const good = await bystander();
    const huge = await open(await app.signUp());
    const unfinished = await open(await app.signUp());
    unfinished.ws.send(text.subarray(0, cut), { fin: false, binary: false });
    huge.ws.send('x'.repeat(10_000), { fin: false });
    for (let part = 0; part < 10; part++) huge.ws.send('x'.repeat(10_000), { fin: false });
    expect((await huge.closed).code).toBe(1009);
    await good.sees(8_102);
    unfinished.ws.terminate();
    await good.sees(8_103);
    expect(good.client.messages('error')).toEqual([]);
    good.client.ws.terminate();
  });
});

/** A client whose line is gone without a word: it has shaken hands, and nothing ever comes from it again. */
async function vanished(port: number, cookie: string): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  const lines = ['GET /api/socket HTTP/1.1', `Host: 127.0.0.1:${port}`, `Cookie: ${cookie}`];
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  socket.write([...lines, ...upgrade, `Sec-WebSocket-Key: ${btoa('0123456789abcdef')}`, '', ''].join('\r\n'));
  await once(socket, 'data');
  return socket.pause();
}

test('a client that has vanished is let go of when it answers no ping, and a good one beside it loses nothing', async () => {
  const clock = createTestClock();
  const own = await startApp({ clock });
  try {
    const active = async () => (await own.request('GET', '/health/websocket')).body.activeConnections;
    const { cookie } = await own.signUp();
    const good = await connectPlain(own.port, { headers: { cookie } });
    good.send({ type: 'subscribe', symbols: ['AAPL'] });
    await good.next('subscribed');
    const gone = await vanished(own.port, (await own.signUp()).cookie);
    await until(async () => (await active()) === 2, 'both are connected');
    const sent: number[] = [];
    for (let second = 1; (await active()) !== 1; second++) {
      expect(second * 1_000).toBeLessThanOrEqual(4 * PLAIN_PING_INTERVAL_MS);
      clock.advance(1_000);
      // The answer proves that the pong before it has been read.
      good.send('ping');
      await until(() => good.texts.filter((text) => text === 'pong').length === second, 'an answer');
      sent.push(9_000 + second);
      own.market.tick('AAPL', 9_000 + second);
      await until(() => good.messages('quote').at(-1)?.data.price === 9_000 + second, 'the price');
    }
    expect(sent.length).toBeGreaterThan(PLAIN_PING_INTERVAL_MS / 1_000);
    const prices = good.messages('quote').map(({ data }) => data.price);
    expect([...new Set(prices)].slice(-sent.length)).toEqual(sent);
    expect(good.ws.readyState).toBe(good.ws.OPEN);
    expect(good.messages('error')).toEqual([]);
    gone.destroy();
  } finally {
    await own.close();
  }
});
