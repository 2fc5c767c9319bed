import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { createTestClock } from '../../../rig/clock.ts';
import { createScriptedMarket } from '../../../rig/stand-ins/scripted-market.ts';
import { symbolNames } from '../../../rig/symbols.ts';
import { until } from '../../../rig/wait.ts';
import { bareSnapshot } from '../../../src/domain/options/chains.ts';
import { contractSymbol } from '../../../src/protocol/symbol.ts';
import { connectPlain, type PlainClient } from '../../support/plain-client.ts';

const SYMBOLS = symbolNames('S', 60);
const clock = createTestClock();
let app: TestApp;
let session: SignedIn;
let client: PlainClient;
beforeAll(async () => {
  const market = createScriptedMarket([...SYMBOLS, 'AAPL', 'TSLA', 'NVDA', 'BRK.B', 'BACpL']);
  app = await startApp({ clock, market, env: { RATE_LIMITS: 'connect=1000/60' } });
});
beforeEach(async () => {
  session = await app.signUp();
  client = await connectPlain(app.port, { headers: { cookie: session.cookie } });
});
afterEach(() => client.ws.terminate());
afterAll(() => app.close());

/** The text of the first message after those received so far that is no state. */
async function answerTo(message: object): Promise<string> {
  const before = client.texts.length;
  client.send(message);
  const isAnswer = (text: string): boolean => !/^\{"type":"(quote|market_status)"/.test(text);
  await until(() => client.texts.slice(before).some(isAnswer), `an answer to ${JSON.stringify(message)}`);
  return client.texts.slice(before).find(isAnswer)!;
}
const pricesOf = (symbol: string): number[] =>
  client
    .messages('quote')
    .filter((quote) => quote.symbol === symbol)
    .map(({ data }) => data.price);

describe('subscribe', () => {
  test('as the hooks write it is confirmed, and then come the quotes, for as long as it lasts', async () => {
    const told = await answerTo({
      type: 'subscribe',
      symbols: ['AAPL', 'TSLA', 'NVDA'],
      timestamp: 1699300800000,
    });
    expect(told).toBe('{"type":"subscribed","symbols":["AAPL","TSLA","NVDA"],"rejected":[]}');
    await until(
      () => ['AAPL', 'TSLA', 'NVDA'].every((symbol) => app.market.wanted().has(symbol)),
      'all are wanted',
    );
    app.market.previousClose('AAPL', 100);
    app.market.tick('AAPL', 101.5);
    await until(() => pricesOf('AAPL').includes(101.5), 'the price arrives');
    const quote = client.messages('quote').findLast(({ data }) => data.price === 101.5)!;
    expect(quote).toEqual({
      type: 'quote',
      symbol: 'AAPL',
      data: {
        symbol: 'AAPL',
        price: 101.5,
        change: 1.5,
        changePercent: 1.5,
        volume: expect.any(Number),
        open: 101.5,
        high: 101.5,
        low: 101.5,
        bid: 101.49,
        ask: 101.51,
        state: expect.any(String),
        timestamp: expect.any(Number),
      },
      timestamp: expect.any(Number),
    });
    app.market.halt('AAPL', true);
    const latest = () => client.messages('quote').findLast(({ symbol }) => symbol === 'AAPL')?.data;
    await until(() => latest()?.halted === true, 'the halt is told');
    app.market.halt('AAPL', false);
    app.market.status({ state: 'down' });
    app.market.status({ state: 'live', withoutQuotes: true });
    await until(() => latest()?.fillBasis === 'last-trade', 'what orders fill at is told');
    expect(latest()).not.toHaveProperty('halted');
    expect(latest()).not.toHaveProperty('bid');
    app.market.status({ state: 'live' });
    expect(await answerTo({ type: 'unsubscribe', symbols: ['AAPL'] })).toBe(
      '{"type":"unsubscribed","symbols":["AAPL"],"rejected":[]}',
    );
    app.market.tick('AAPL', 102);
    app.market.tick('TSLA', 7);
    await until(() => pricesOf('TSLA').includes(7), 'the other one goes on');
    expect(pricesOf('AAPL')).not.toContain(102);
  });

  test('accepts name by name: each other one is rejected as it was written, with its code', async () => {
    const contract = 'O:SPY251219C00650000';
    const symbols = [
      'aapl',
      'AAPL',
      'brk.b',
      'BACpL',
      'bacpl',
      'NOSUCH',
      contract,
      'O:SPY251319C00650000',
      '',
      'A\u0000',
    ];
    expect(JSON.parse(await answerTo({ type: 'subscribe', symbols }))).toEqual({
      type: 'subscribed',
      symbols: ['AAPL', 'BRK.B', 'BACpL'],
      rejected: [
        { symbol: 'bacpl', code: 'UNKNOWN_SYMBOL' },
        { symbol: 'NOSUCH', code: 'UNKNOWN_SYMBOL' },
        { symbol: contract, code: 'UNSUPPORTED_INSTRUMENT' },
        { symbol: 'O:SPY251319C00650000', code: 'VALIDATION' },
        { symbol: '', code: 'VALIDATION' },
        { symbol: 'A\u0000', code: 'VALIDATION' },
      ],
    });
  });

  test('accepts fifty, names what is over, and takes more once there is room', async () => {
    const first = JSON.parse(await answerTo({ type: 'subscribe', symbols: SYMBOLS }));
    expect(first.symbols).toEqual(SYMBOLS.slice(0, 50));
    expect(first.rejected).toEqual(SYMBOLS.slice(50).map((symbol) => ({ symbol, code: 'SYMBOL_LIMIT' })));
    const again = JSON.parse(await answerTo({ type: 'subscribe', symbols: [SYMBOLS[0], SYMBOLS[50]] }));
    expect(again).toMatchObject({
      symbols: [SYMBOLS[0]],
      rejected: [{ symbol: SYMBOLS[50], code: 'SYMBOL_LIMIT' }],
    });
    const written = JSON.parse(
      await answerTo({ type: 'subscribe', symbols: [SYMBOLS[50]!.toLowerCase(), SYMBOLS[50], 'aapl'] }),
    );
    expect(written.rejected).toEqual([
      { symbol: SYMBOLS[50]!.toLowerCase(), code: 'SYMBOL_LIMIT' },
      { symbol: 'aapl', code: 'SYMBOL_LIMIT' },
    ]);
    const unwatched = JSON.parse(await answerTo({ type: 'unsubscribe', symbols: ['msft'] }));
    expect(unwatched.rejected).toEqual([{ symbol: 'msft', code: 'NOT_FOUND' }]);
    await answerTo({ type: 'unsubscribe', symbols: [SYMBOLS[0]] });
    const then = JSON.parse(await answerTo({ type: 'subscribe', symbols: [SYMBOLS[50]] }));
    expect(then).toMatchObject({ symbols: [SYMBOLS[50]], rejected: [] });
  });

  test('to nothing, and the end of what was none, change nothing', async () => {
    expect(await answerTo({ type: 'subscribe', symbols: [] })).toBe(
      '{"type":"subscribed","symbols":[],"rejected":[]}',
    );
    expect(await answerTo({ type: 'unsubscribe', symbols: ['AAPL'] })).toBe(
      '{"type":"unsubscribed","symbols":[],"rejected":[{"symbol":"AAPL","code":"NOT_FOUND"}]}',
    );
  });

  test('lets ten pass of a burst on a fresh connection', async () => {
    const client = await connectPlain(app.port, { headers: { cookie: (await app.signUp()).cookie } });
    for (let count = 0; count < 12; count++) client.send({ type: 'subscribe', symbols: ['AAPL'] });
    await until(() => client.messages('error').length === 2, 'two are refused');
    expect(client.messages('subscribed')).toHaveLength(10);
    client.ws.terminate();
  });

  test('shares the limit of its sibling on Socket.IO, for the connection and for the user', async () => {
    const message = { type: 'subscribe', symbols: ['AAPL'] };
    for (let count = 0; count < 10; count++)
      expect(await answerTo(message)).toMatch(/^\{"type":"subscribed"/);
    expect(JSON.parse(await answerTo(message))).toEqual({
      type: 'error',
      code: 'RATE_LIMITED',
      message: 'Rate limit exceeded for subscribe:watchlist',
      retryAfterMs: expect.any(Number),
    });
    const socket = await app.connect(session);
    expect(await ask(socket, 'subscribe:watchlist', ['AAPL'])).toMatchObject({ ok: true });
    socket.disconnect();
  });
});

describe('subscribe_options', () => {
  const contract = (root: string, right: 'call' | 'put', strike: number, expiry = '2099-06-19'): string =>
    contractSymbol({ root, expiry, right, strike });
  const CALL = contract('AAPL', 'call', 200);
  const strikes = (count: number) =>
    Array.from({ length: count }, (_, at) => contract('SPY', 'call', 400 + at));

  test('as the hooks write it is confirmed, and then come the contracts, for as long as it lasts', async () => {
    const told = await answerTo({ type: 'subscribe_options', contractIds: [CALL], timestamp: Date.now() });
    expect(told).toBe(`{"type":"subscribed_options","contractIds":["${CALL}"],"rejected":[]}`);
    await until(() => app.market.contracts.wanted().has(CALL), 'the contract is wanted');
    app.market.contracts.previousClose(CALL, 5, { openInterest: 77 });
    app.market.contracts.tick(CALL, 5.2);
    app.market.contracts.tick(CALL, 5.25);
    const priced = () => client.messages('option_update').find(({ data }) => data.price === 5.25);
    await until(() => priced() !== undefined, 'the price arrives');
    expect(priced()!.data).toMatchObject({
      contractId: CALL,
      open: 5.2,
      change: 0.05,
      changePercent: 0.96,
      previousClose: 5,
      openInterest: 77,
      underlying: 'AAPL',
      type: 'call',
    });
    expect(await answerTo({ type: 'unsubscribe_options', contractIds: [CALL] })).toBe(
      `{"type":"unsubscribed_options","contractIds":["${CALL}"],"rejected":[]}`,
    );
    const other = contract('AAPL', 'put', 200);
    await answerTo({ type: 'subscribe_options', contractIds: [other] });
    await until(() => app.market.contracts.wanted().has(other), 'the other contract is wanted');
    app.market.contracts.tick(CALL, 6);
    app.market.contracts.tick(other, 7);
    await until(() => client.messages('option_update').some(({ data }) => data.price === 7), 'the other one');
    expect(client.messages('option_update').map(({ data }) => data.price)).not.toContain(6);
  });

  test('accepts name by name: each other one is rejected with its code', async () => {
    const expired = contract('SPY', 'call', 650, '2020-06-19');
    const names = [
      CALL.toLowerCase(),
      CALL,
      'AAPL',
      expired,
      'O:SPY251319C00650000',
      'O:SPY990619C00000000',
      'O:',
    ];
    expect(JSON.parse(await answerTo({ type: 'subscribe_options', contractIds: names }))).toEqual({
      type: 'subscribed_options',
      contractIds: [CALL],
      rejected: [
        { symbol: 'AAPL', code: 'UNSUPPORTED_INSTRUMENT' },
        { symbol: expired, code: 'UNKNOWN_SYMBOL' },
        { symbol: 'O:SPY251319C00650000', code: 'VALIDATION' },
        { symbol: 'O:SPY990619C00000000', code: 'VALIDATION' },
        { symbol: 'O:', code: 'VALIDATION' },
      ],
    });
  });

  test('takes all contracts that exist, however many names before them do not', async () => {
    const [madeUp, real] = [strikes(205).slice(0, 200), strikes(205).slice(200)];
    const terms = { underlying: 'SPY', expiry: '2099-06-19', right: 'call', style: 'american' } as const;
    app.market.list(
      real.map((symbol, at) => bareSnapshot({ ...terms, symbol, strike: 600 + at, multiplier: 100 })),
    );
    const contractIds = [...madeUp, ...real].map((symbol) => symbol.toLowerCase());
    const told = JSON.parse(await answerTo({ type: 'subscribe_options', contractIds }));
    app.market.list([]);
    expect(told.contractIds).toEqual(real);
    const rejected = contractIds.slice(0, 200);
    expect(told.rejected).toEqual(rejected.map((symbol) => ({ symbol, code: 'UNKNOWN_SYMBOL' })));
  });

  test('accepts two hundred and names what is over; symbols have their own count', async () => {
    const contracts = strikes(203);
    const answer = JSON.parse(await answerTo({ type: 'subscribe_options', contractIds: contracts }));
    expect(answer.contractIds).toEqual(contracts.slice(0, 200));
    expect(answer.rejected).toEqual(
      contracts.slice(200).map((symbol) => ({ symbol, code: 'CONTRACT_LIMIT' })),
    );
    expect(JSON.parse(await answerTo({ type: 'subscribe', symbols: ['AAPL'] }))).toMatchObject({
      symbols: ['AAPL'],
    });
  });
});

test('messages of one go are handled and answered in their order', async () => {
  const contractIds = [contractSymbol({ root: 'AAPL', expiry: '2099-06-19', right: 'call', strike: 200 })];
  client.send({ type: 'subscribe', symbols: ['AAPL', 'TSLA'] });
  client.send({ type: 'subscribe_options', contractIds });
  client.send('ping');
  client.send({ type: 'unsubscribe', symbols: ['TSLA'] });
  client.send({ type: 'unsubscribe_options', contractIds });
  client.send('garbage');
  client.send({ type: 'subscribe', symbols: ['TSLA'] });
  client.send({ type: 'ping' });
  await client.next('pong');
  const said = client.texts.map((text) => (text === 'pong' ? text : JSON.parse(text).type));
  const state = new Set(['connected', 'market_status', 'quote', 'option_update']);
  expect(said.filter((type) => !state.has(type))).toEqual([
    'subscribed',
    'subscribed_options',
    'pong',
    'unsubscribed',
    'unsubscribed_options',
    'error',
    'subscribed',
    'pong',
  ]);
});

test('a ping is answered in kind', async () => {
  expect(await answerTo({ type: 'ping', timestamp: 1 })).toBe('{"type":"pong"}');
  const before = client.texts.length;
  client.send('ping');
  await until(() => client.texts.slice(before).includes('pong'), 'the bare word');
});

test('a client that answers no ping is cut, and one that does stays', async () => {
  const silent = await connectPlain(app.port, { headers: { cookie: session.cookie }, autoPong: false });
  let pings = 0;
  client.ws.on('ping', () => {
    pings += 1;
  });
  const ended = new Promise<boolean>((resolve) => silent.ws.once('close', () => resolve(true)));
  for (let round = 1; round <= 3; round++) {
    for (let second = 0; second < 25; second++) clock.advance(1_000);
    await until(() => pings >= round, `ping ${round}`);
    expect(await answerTo({ type: 'ping' })).toBe('{"type":"pong"}');
  }
  expect(await ended).toBe(true);
  expect(client.ws.readyState).toBe(client.ws.OPEN);
});

test('a command after the end of its session is refused, and the connection closes for good', async () => {
  // The message of the bus is not waited for: the command itself asks the database.
  clock.advance(60_000);
  await app.request('POST', '/api/auth/logout', { cookie: session.cookie });
  client.send({ type: 'subscribe', symbols: ['AAPL'] });
  expect(await client.closed).toEqual({ code: 4401, reason: 'revoked' });
  expect(client.messages('session_revoked')).toHaveLength(1);
});

test('a restart is announced, and every client told when to come back', async () => {
  const other = await startApp({ env: { DRAIN_SECONDS: '0' } });
  const user = await other.signUp();
  const plain = await connectPlain(other.port, { headers: { cookie: user.cookie } });
  const stopped = other.stop();
  expect(await plain.closed).toEqual({ code: 1012, reason: 'drain' });
  const [shutdown] = plain.messages('server_shutdown');
  expect(shutdown).toEqual({
    type: 'server_shutdown',
    message: 'The server is restarting.',
    reconnectInMs: expect.any(Number),
    timestamp: expect.any(Number),
  });
  await stopped;
  await other.close();
});
