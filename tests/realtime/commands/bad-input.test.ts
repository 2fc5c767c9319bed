import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../../rig/app.ts';
import { accepted, ask, askLoosely, type ClientSocket } from '../../../rig/clients/ask.ts';
import { collect } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';
import { CONNECT_CODES, REQUEST_CODES, TRADING_CODES } from '../../../src/protocol/errors.ts';
import { openRaw } from '../../support/raw-client.ts';

let app: TestApp;
let session: SignedIn;
beforeAll(async () => {
  // The limits are tested elsewhere; here each message has to get as far as its own refusal.
  const generous = [
    'order:place',
    'order:cancel',
    'subscribe:watchlist',
    'unsubscribe:watchlist',
    'time:sync',
    'unknown',
    'connect',
  ]
    .map((event) => `${event}=100000/60`)
    .join();
  app = await startApp({ env: { RATE_LIMITS: generous } });
  session = await app.signUp();
});
afterAll(() => app.close());

const deep = (depth: number): unknown => {
  let value: unknown = [];
  for (let level = 0; level < depth; level++) value = [value];
  return value;
};
const order = { clientOrderId: 'bad', symbol: 'AAPL', side: 'buy', type: 'market', quantity: 1 } as const;
const limit = { ...order, type: 'limit', limitPrice: 10 } as const;

/** Event, payload, and the code of its refusal. Each has to change nothing. */
const CORPUS: readonly [what: string, event: string, payload: unknown, code: string][] = [
  ['no symbols', 'subscribe:watchlist', [], 'VALIDATION'],
  ['a missing payload', 'subscribe:watchlist', undefined, 'VALIDATION'],
  ['null', 'subscribe:watchlist', null, 'VALIDATION'],
  ['a bare string', 'subscribe:watchlist', 'AAPL', 'VALIDATION'],
  ['numbers for symbols', 'subscribe:watchlist', [1, 2], 'VALIDATION'],
  ['an object with an unknown key', 'subscribe:watchlist', { symbols: ['AAPL'], admin: true }, 'VALIDATION'],
  ['a symbol with a NUL byte', 'subscribe:watchlist', ['AA\u0000PL'], 'VALIDATION'],
  ['a symbol of odd Unicode', 'subscribe:watchlist', ['ＡＡＰＬ', '\u202eLPAA'], 'VALIDATION'],
  ['a lone surrogate', 'subscribe:watchlist', ['\ud800'], 'VALIDATION'],
  ['a room name', 'subscribe:watchlist', ['user:1'], 'VALIDATION'],
  ['a very long symbol', 'subscribe:watchlist', ['A'.repeat(10_000)], 'VALIDATION'],
  ['hundreds of symbols', 'subscribe:watchlist', Array.from({ length: 500 }, () => 'AAPL'), 'VALIDATION'],
  ['deep nesting', 'subscribe:watchlist', deep(1_000), 'VALIDATION'],
  ['deep nesting in an object', 'subscribe:watchlist', { symbols: deep(1_000) }, 'VALIDATION'],
  [
    'a key named __proto__',
    'order:place',
    JSON.parse('{"__proto__":{"quantity":1},"symbol":"AAPL"}'),
    'VALIDATION',
  ],
  ['a constructor key', 'order:place', { ...order, constructor: { prototype: {} } }, 'VALIDATION'],
  ['an order without a key', 'order:place', { ...order, clientOrderId: undefined }, 'VALIDATION'],
  ['an order key of spaces', 'order:place', { ...order, clientOrderId: '   ' }, 'VALIDATION'],
  [
    'an order key that is too long',
    'order:place',
    { ...order, clientOrderId: 'k'.repeat(129) },
    'VALIDATION',
  ],
  ['a quantity of zero', 'order:place', { ...order, quantity: 0 }, 'VALIDATION'],
  ['a negative quantity', 'order:place', { ...order, quantity: -5 }, 'VALIDATION'],
  ['a fraction of a share', 'order:place', { ...order, quantity: 0.5 }, 'VALIDATION'],
  ['NaN, which JSON makes null', 'order:place', { ...order, quantity: Number.NaN }, 'VALIDATION'],
  [
    'Infinity, which JSON makes null',
    'order:place',
    { ...order, quantity: Number.POSITIVE_INFINITY },
    'VALIDATION',
  ],
  ['a quantity in hexadecimal', 'order:place', { ...order, quantity: '0x10' }, 'VALIDATION'],
  ['a quantity as text', 'order:place', { ...order, quantity: '10' }, 'VALIDATION'],
  ['an enormous quantity', 'order:place', { ...order, quantity: 1e15 }, 'VALIDATION'],
  ['a price with too many decimals', 'order:place', { ...limit, limitPrice: 10.123456 }, 'VALIDATION'],
  ['a price of zero', 'order:place', { ...limit, limitPrice: 0 }, 'VALIDATION'],
  ['a negative price', 'order:place', { ...limit, limitPrice: -1 }, 'VALIDATION'],
  ['an exponent too small to be a price', 'order:place', { ...limit, limitPrice: 1e-7 }, 'VALIDATION'],
  ['a price beyond all prices', 'order:place', { ...limit, limitPrice: 1e300 }, 'VALIDATION'],
  ['a limit order without a limit', 'order:place', { ...order, type: 'limit' }, 'VALIDATION'],
  ['a market order with a limit', 'order:place', { ...order, limitPrice: 10 }, 'VALIDATION'],
  ['an unknown side', 'order:place', { ...order, side: 'short' }, 'VALIDATION'],
  ['a symbol that is none', 'order:place', { ...order, symbol: 'NOSUCH' }, 'UNKNOWN_SYMBOL'],
  ['an array for an order', 'order:place', [order], 'VALIDATION'],
  ['an order id that is none', 'order:cancel', { orderId: 'x' }, 'VALIDATION'],
  ['a position in the journal that is none', 'subscribe:trades', { epoch: 'e', after: -1 }, 'VALIDATION'],
  ['a position in the journal as text', 'subscribe:trades', { epoch: 'e', after: '1' }, 'VALIDATION'],
  ['a payload where none belongs', 'subscribe:portfolio', { userId: 'somebody' }, 'VALIDATION'],
  ['a clock that is none', 'time:sync', { t0: 'now' }, 'VALIDATION'],
  ['an event of the object prototype', 'toString', {}, 'UNKNOWN_EVENT'],
  ['an event named __proto__', '__proto__', {}, 'UNKNOWN_EVENT'],
  ['an event of ours to clients', 'trade:executed', { id: 'forged' }, 'UNKNOWN_EVENT'],
];

/** What garbage looks like on the socket port itself. */
const GARBAGE: readonly (string | Buffer)[] = [
  '',
  '9',
  '4',
  '42',
  '42{}',
  '42["a"',
  '42[null]',
  '42[1,2]',
  '420["subscribe:watchlist",["AAPL"],"not a function"]',
  '43999999[]',
  '45-["x",{"_placeholder":true,"num":0}]',
  '451-["x",{"_placeholder":true,"num":99}]',
  '40/admin,{}',
  '40',
  '41',
  '2probe',
  '5',
  Buffer.from([0, 255, 1, 2]),
  'x'.repeat(60_000),
  `42["subscribe:watchlist",${'['.repeat(20_000)}${']'.repeat(20_000)}]`,
  '42["order:place",{"clientOrderId":"n","symbol":"AAPL","side":"buy","type":"market","quantity":1e999}]',
];

/** The same over HTTP: each has to be refused with a status of its own. */
const badRequests = (cookie: string): [status: number, send: () => Promise<{ status: number }>][] => {
  const post =
    (route: string, body: unknown, headers: Record<string, string> = {}) =>
    () =>
      app.request('POST', route, { body, cookie, headers });
  const forged = {
    'x-tradecast-timestamp': String(Math.floor(Date.now() / 1000)),
    'x-tradecast-signature': `v1=${'0'.repeat(64)}`,
  };
  return [
    [400, post('/api/orders', '{"symbol":')],
    [400, post('/api/orders', `{"quantity":1e999}`)],
    [400, post('/api/orders', '{"__proto__":{"admin":true}}')],
    [400, post('/api/orders', JSON.stringify(deep(200)))],
    [400, post('/api/orders', { ...order, quantity: '0x10' })],
    [413, post('/api/orders', `"${'x'.repeat(70_000)}"`)],
    [403, post('/api/orders', order, { origin: 'https://evil.example' })],
    [401, post('/hooks/trades', { eventId: 'forged' }, forged)],
    [404, () => app.request('DELETE', '/api/orders/00000000-0000-4000-8000-000000000000', { cookie })],
    [404, () => app.request('GET', '/api/%00', { cookie })],
  ];
};

async function bystander(): Promise<{
  socket: ClientSocket;
  session: SignedIn;
  prices: number[];
  seqs: number[];
}> {
  const session = await app.signUp();
  const socket = await app.connect(session);
  const events = collect(socket, 'trade:executed');
  const prices: number[] = [];
  socket.on('quote:update', ({ price }) => prices.push(price));
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await ask(socket, 'subscribe:trades');
  return {
    socket,
    session,
    prices,
    get seqs() {
      return events.map(({ payload }) => (payload as { seq: number }).seq);
    },
  };
}

test.each(CORPUS)('%s is refused with its code and changes nothing', async (_what, event, payload, code) => {
  const socket = await app.connect(session);
  const errors = collect(socket, 'error');
  const answer = await askLoosely(socket, event, ...(payload === undefined ? [] : [payload]));
  expect(answer).toMatchObject({ ok: false, code, message: expect.any(String) });
  await until(() => errors.length > 0, 'the error event');
  expect(errors[0]?.payload).toMatchObject({ code, event, timestamp: expect.any(String) });
  const portfolio = await app.request('GET', '/api/portfolio', { cookie: session.cookie });
  expect(portfolio.body.data).toMatchObject({ cash: 100_000, positions: [] });
  socket.disconnect();
});

test('a refusal says in words what is wrong', async () => {
  const socket = await app.connect(session);
  for (const [payload, words] of [
    [{ ...order, quantity: 0 }, 'quantity: at least 1'],
    [{ ...order, quantity: 0.5 }, 'quantity: not a whole number'],
    [{ ...order, clientOrderId: undefined }, 'clientOrderId: missing'],
  ] as const)
    expect(await askLoosely(socket, 'order:place', payload)).toMatchObject({
      code: 'VALIDATION',
      message: expect.stringContaining(words),
    });
  socket.disconnect();
});

test("another user's order cannot be seen or cancelled", async () => {
  const [owner, thief] = [await app.signUp(), await app.signUp()];
  const mine = await app.connect(owner);
  await ask(mine, 'subscribe:watchlist', ['AAPL']);
  await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
  app.market.tick('AAPL', 100);
  const placed = await ask(mine, 'order:place', {
    ...order,
    clientOrderId: 'mine',
    type: 'limit',
    limitPrice: 95,
  });
  const orderId = accepted(placed).order.id;
  const theirs = await app.connect(thief);
  expect(await ask(theirs, 'order:cancel', { orderId })).toMatchObject({ ok: false, code: 'NOT_FOUND' });
  const { body } = await app.request('GET', '/api/orders?status=open', { cookie: owner.cookie });
  expect(body.data).toMatchObject([{ id: orderId }]);
});

test('the whole corpus fifty times over leaves the process, and the good clients, as they were', async () => {
  const good = [await bystander(), await bystander()];
  const attackerSession = await app.signUp();
  const before = (await app.request('GET', '/health/websocket')).body as { uptime: number; replica: string };

  let step = 0;
  for (let round = 0; round < 50; round++) {
    // A connection that is refused hundreds of times is closed as a flood: an attacker just opens the next one.
    const attacker = await openRaw(app.port, attackerSession);
    for (const [, event, payload] of CORPUS)
      attacker.emit(event, ...(payload === undefined ? [] : [payload]));
    attacker.send('4277["subscribe:watchlist",["AAPL"],"extra","arguments"]');
    attacker.send('42["subscribe:watchlist",["AAPL"],{"ack":"not a function"}]');
    attacker.send(GARBAGE[round % GARBAGE.length]!);
    const unsigned = await openRaw(app.port);
    unsigned.send(GARBAGE[(round + 7) % GARBAGE.length]!);
    for (const [status, send] of badRequests(attackerSession.cookie)) {
      const answer = await send();
      expect([round, answer.status]).toEqual([round, status]);
    }
    step += 1;
    app.market.tick('AAPL', 1_000 + step);
    for (const { session } of good) {
      const answer = await app.hook('/hooks/trades', {
        eventId: `good-${session.user.id}-${step}`,
        userId: session.user.id,
        type: 'executed',
        trade: { id: `t-${step}`, symbol: 'AAPL', side: 'buy', quantity: 1, price: 1 },
      });
      expect(answer.status).toBe(202);
    }
    attacker.ws.terminate();
    unsigned.ws.terminate();
  }

  const { body } = await app.request('GET', '/metrics');
  const refused = [
    ...String(body.text).matchAll(/^tradecast_messages_in_total\{.*outcome="VALIDATION"\} (\d+)$/gm),
  ];
  const arrived = refused.reduce((sum, [, count]) => sum + Number(count), 0);
  expect(arrived).toBeGreaterThan(50 * 30);

  const expected = Array.from({ length: step }, (_, index) => index + 1);
  for (const client of good) {
    await until(() => client.seqs.length >= step && client.prices.at(-1) === 1_000 + step, 'nothing is lost');
    expect(client.seqs).toEqual(expected);
    expect(client.socket.connected).toBe(true);
  }
  const after = (await app.request('GET', '/health/websocket')).body as { uptime: number; replica: string };
  expect(after.replica).toBe(before.replica);
  expect(after.uptime).toBeGreaterThanOrEqual(before.uptime);
});

test('a flood from one connection ends that connection, and its neighbours lose nothing', async () => {
  const good = await bystander();
  const flood = await openRaw(app.port, await app.signUp());
  for (let count = 0; count < 2_000; count++) flood.emit('no:such:event', count);
  const end = await flood.closed;
  expect(end).toEqual({ code: 4029, reason: 'flood' });
  app.market.tick('AAPL', 5_555);
  await until(() => good.prices.at(-1) === 5_555, 'the neighbour has its quote');
});

test('a message beyond 64 KB closes only its own connection', async () => {
  const good = await bystander();
  const huge = await openRaw(app.port, await app.signUp());
  huge.emit('subscribe:watchlist', ['A'.repeat(80_000)]);
  await huge.closed;
  app.market.tick('AAPL', 6_666);
  await until(() => good.prices.at(-1) === 6_666, 'the neighbour has its quote');
});

test('every code in the corpus is one of the closed list', () => {
  const codes: readonly string[] = [...TRADING_CODES, ...CONNECT_CODES, ...REQUEST_CODES];
  for (const [, , , code] of CORPUS) expect(codes).toContain(code);
});

test.each([
  ['more symbols than one request may have', Array.from({ length: 201 }, () => 'AAPL')],
  ['a key beside the symbols', { symbols: ['AAPL'], admin: true }],
])('%s: the refusal says what is expected', async (_what, payload) => {
  const socket = await app.connect(session);
  expect(await askLoosely(socket, 'subscribe:watchlist', payload)).toMatchObject({
    ok: false,
    message: 'Expected 1 to 200 symbols, as ["AAPL"] or {symbols: ["AAPL"]} with no other key',
  });
  socket.disconnect();
});
