import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { createTestClock } from '../../rig/clock.ts';
import { createScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';
import type { ContractSnapshot } from '../../src/domain/options/chains.ts';
import type { WebSocketHealthPayload } from '../../src/protocol/health-payloads.ts';
import type { HistoryPayload } from '../../src/protocol/market.ts';
import { newYorkTime } from '../../src/protocol/new-york.ts';
import type { ChainPayload, OptionPayload } from '../../src/protocol/options.ts';
import { parseSymbol } from '../../src/protocol/symbol.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const health = async () =>
  (await app.request('GET', '/health/websocket')).body as unknown as WebSocketHealthPayload;
const metric = async (name: string): Promise<string | undefined> => {
  const text = String((await app.request('GET', '/metrics')).body.text);
  return text
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.slice(name.length + 1);
};

test('health and metrics show both feeds: connection, state, age, and how much each serves', async () => {
  const socket = await app.connect(await app.signUp());
  await ask(socket, 'subscribe:watchlist', ['AAPL', 'MSFT']);
  await ask(socket, 'subscribe:options', [
    'O:AAPL990619C00200000',
    'O:MSFT990619P00400000',
    'O:MSFT990619C00400000',
  ]);
  await until(() => app.market.contracts.wanted().size === 3 && app.market.wanted().size === 2, 'demand');
  app.market.contracts.tick('O:AAPL990619C00200000', 12);
  const { feed, feeds, activeConnections } = await health();
  expect(activeConnections).toBe(1);
  expect(feeds.stocks).toEqual({ ...feed, connected: true, subscribed: 2 });
  expect(feeds.options).toMatchObject({ source: 'simulated', state: 'live', connected: true, subscribed: 3 });
  expect(feeds.options.leader).toBe(feed.leader);
  expect(feeds.options.lastTickAgeMs).toBeGreaterThanOrEqual(0);
  expect(feeds.stocks.lastTickAgeMs).toBeNull();
  expect(await metric('tradecast_feed_subscribed{feed="options"}')).toBe('3');
  expect(await metric('tradecast_options_feed_ticks_total')).toBe('2');
  expect(await metric('tradecast_options_feed_state{state="live"}')).toBe('1');
});

test('trouble with one feed is told of that one', async () => {
  app.market.contracts.status({ state: 'down', detail: 'upstream closed the connection' });
  const { status, problems, feed, feeds } = await health();
  expect([status, problems]).toEqual(['degraded', ['The feed of option contracts is down.']]);
  expect(feeds.options).toMatchObject({ connected: false, detail: 'upstream closed the connection' });
  expect([feed.state, feeds.stocks.connected]).toEqual(['live', true]);
  expect(await metric('tradecast_options_feed_state{state="down"}')).toBe('1');
  expect(await metric('tradecast_feed_state{state="live"}')).toBe('1');
});

test('a plan without option contracts is no fault of the service', async () => {
  app.market.contracts.status({ state: 'refused', detail: 'the plan has no options' });
  const { status, feeds } = await health();
  expect([status, feeds.options.state]).toEqual(['healthy', 'refused']);
});

/** A contract as a source of chains says it. */
function listed(symbol: string): ContractSnapshot {
  const parsed = parseSymbol(symbol);
  if (parsed?.kind !== 'option') throw new Error(`${symbol} is no contract`);
  const { root, expiry, strike, right } = parsed;
  return {
    ...{ symbol, underlying: root, expiry, strike, right, multiplier: 100, style: 'american' },
    ...{ price: 12, bid: 11.9, ask: 12.1 },
    ...{ open: undefined, high: undefined, low: undefined, previousClose: 11, volume: 0 },
    ...{ openInterest: 5, greeks: undefined, updatedAt: undefined },
  };
}

test('a contract whose root is not its stock has the values of its stock as soon as a source names it', async () => {
  const contract = 'O:BRKB990619C00500000';
  const named = { ...listed(contract), underlying: 'BRK.B' };
  const { market } = app;
  market.contracts.status({ state: 'live' });
  const socket = await app.connect(await app.signUp());
  const update = (condition: (update: OptionPayload) => boolean) =>
    next(socket, 'option:update', (one) => one.contractId === contract && condition(one));
  // Nobody can say yet whose contract it is.
  const first = update(() => true);
  await ask(socket, 'subscribe:options', [contract]);
  market.contracts.tick(contract, 490);
  expect(await first).toMatchObject({ underlying: 'BRKB', noGreeks: 'no-underlying' });

  const corrected = update(({ underlying }) => underlying === 'BRK.B');
  market.list([named]);
  const other = await app.connect(await app.signUp());
  await ask(other, 'subscribe:options', [contract]);
  expect(await corrected).toMatchObject({ price: 490, noGreeks: 'no-underlying' });
  await until(() => market.wanted().has('BRK.B'), 'the stock is wanted');
  const valued = update(({ greeksSource }) => greeksSource === 'model');
  market.tick('BRK.B', 505);
  expect((await valued).delta).toBeGreaterThan(0.5);
});

test('one contract by request is found by the underlying that its source names', async () => {
  const contract = 'O:BFB990619C00050000';
  app.market.list([{ ...listed(contract), underlying: 'BF.B' }]);
  const { cookie } = await app.signUp();
  const { body } = await app.request('GET', `/api/market/quote/${contract}`, { cookie });
  expect(body.data).toMatchObject({ symbol: contract, price: 12 });
});

test('contracts are closed after the bell, while their stocks trade on', async () => {
  const day = '2026-12-01';
  const clock = createTestClock(newYorkTime(day, 17 * 60));
  const market = createScriptedMarket(undefined, clock.now);
  const { feed, options } = market;
  const late = await startApp({
    env: { MARKET_HOURS: 'us-equities' },
    clock,
    market,
    marketSource: {
      ...market,
      feed: { ...feed, origin: 'market' },
      options: { ...options, feed: { ...options.feed, origin: 'market' } },
    },
  });
  try {
    const contract = 'O:AAPL990619C00200000';
    const session = await late.signUp();
    const socket = await late.connect(session);
    await ask(socket, 'subscribe:watchlist', ['AAPL']);
    await ask(socket, 'subscribe:options', [contract]);
    await until(() => market.contracts.wanted().size === 1 && market.wanted().size === 1, 'demand');
    const [stock, option] = [next(socket, 'quote:update'), next(socket, 'option:update')];
    market.tick('AAPL', 201);
    market.contracts.tick(contract, 12);
    expect([(await stock).state, (await option).state]).toEqual(['live', 'closed']);

    const read = async (path: string) =>
      (await late.request('GET', `/api/market/${path}`, { cookie: session.cookie })).body.data;
    market.list([listed(contract), listed('O:AAPL990619C00300000')]);
    const { contracts } = (await read('options/AAPL')) as ChainPayload;
    expect(contracts.map(({ state }) => state)).toEqual(['closed', 'closed']);
    const bars = (symbol: string) => read(`historical/${symbol}?from=${day}&to=${day}&timespan=minute`);
    expect(((await bars(contract)) as HistoryPayload).state).toBe('closed');
    expect(((await bars('AAPL')) as HistoryPayload).state).toBe('live');
  } finally {
    await late.close();
  }
});
