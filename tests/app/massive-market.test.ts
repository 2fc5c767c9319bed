/** The whole service over the two connections of upstream, and its REST. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestApp } from '../../rig/app.ts';
import { ask, type ClientSocket } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { createTestClock } from '../../rig/clock.ts';
import type { RestAnswer } from '../../rig/stand-ins/massive/account.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../rig/stand-ins/massive/stand-in.ts';
import { until } from '../../rig/wait.ts';
import { MAX_QUOTED_CONTRACTS } from '../../src/adapters/massive/clusters.ts';
import type { WebSocketHealthPayload } from '../../src/protocol/health-payloads.ts';
import { MAX_CONTRACTS_PER_CONNECTION } from '../../src/protocol/limits.ts';
import type { HistoryPayload } from '../../src/protocol/market.ts';
import { newYorkTime } from '../../src/protocol/new-york.ts';
import type { ChainPayload } from '../../src/protocol/options.ts';
import { earlierToday, TRADING_NOON } from '../support/earlier-today.ts';
import { MASSIVE_KEY, startMassiveApp } from '../support/massive-app.ts';

const clock = createTestClock(TRADING_NOON);
const EXPIRY = '2099-06-19';
const CALL = 'O:AAPL990619C00200000';
const PUT = 'O:AAPL990619P00200000';
const NS = 1e6;

const details = (ticker: string) => ({
  ticker,
  contract_type: ticker === CALL ? 'call' : 'put',
  exercise_style: 'american',
  expiration_date: EXPIRY,
  shares_per_contract: 100,
  strike_price: 200,
});
const row = (ticker: string) => ({
  details: details(ticker),
  day: {
    open: 4,
    high: 6,
    low: 3,
    close: 5,
    previous_close: 4.5,
    volume: 120,
    last_updated: earlierToday(5_000) * NS,
  },
  ...(ticker === CALL && {
    greeks: { delta: 0.5, gamma: 0.01, theta: -0.02, vega: 0.7 },
    implied_volatility: 0.3,
  }),
  last_quote: { bid: 4.9, ask: 5.1, last_updated: earlierToday(1_000) * NS },
  open_interest: 8_921,
  underlying_asset: { ticker: 'AAPL', price: 200 },
});

function rest({ pathname }: URL): RestAnswer {
  const ok = (fields: object) => ({ body: { status: 'OK', ...fields } });
  if (pathname === '/v3/reference/tickers') return ok({ results: [{ ticker: 'AAPL', name: 'Apple Inc.' }] });
  if (pathname === '/v3/reference/options/contracts')
    return ok({ results: [CALL, PUT].map((one) => ({ ...details(one), underlying_ticker: 'AAPL' })) });
  if (pathname.startsWith('/v3/reference/options/contracts/'))
    return ok({ results: { ...details(CALL), underlying_ticker: 'AAPL' } });
  if (pathname === '/v3/snapshot/options/AAPL') return ok({ results: [row(CALL), row(PUT)] });
  return ok({});
}

let upstream: MassiveStandIn;
let app: TestApp;
let socket: ClientSocket;
beforeAll(async () => {
  upstream = await startMassiveStandIn(MASSIVE_KEY);
  upstream.behaviour.rest = rest;
  app = await startMassiveApp(upstream, { DARKPOOL_SYMBOLS: 'watched' }, clock);
  socket = await app.connect(await app.signUp());
});
afterAll(async () => {
  await app.close();
  await upstream.close();
});

const trade = (sym: string, p: number) => ({ ev: 'T', sym, x: 4, i: `${p}`, p, s: 1, t: clock.now() });
const option = (condition: (update: { price?: number; state: string }) => boolean) =>
  next(socket, 'option:update', (update) => update.contractId === CALL && condition(update));

describe('contracts of the vendor', () => {
  test('come by request: the chain with its greeks, marked as those of the vendor', async () => {
    const { cookie } = await app.signUp();
    const { body } = await app.request('GET', '/api/market/options/AAPL', { cookie });
    const { expiry, contracts, partial } = body.data as ChainPayload;
    expect([expiry, partial, contracts.length]).toEqual([EXPIRY, false, 2]);
    expect(contracts[0]).toMatchObject({
      contractId: CALL,
      price: 5,
      bid: 4.9,
      ask: 5.1,
      openInterest: 8_921,
      impliedVolatility: 0.3,
      delta: 0.5,
      greeksSource: 'vendor',
      state: 'live',
    });
    // Without the vendor's greeks, the model's: the spot comes with the chain.
    expect(contracts[1]!.greeksSource).toBe('model');
  });

  test('come live: the day by REST first, then each trade of their own connection', async () => {
    const first = option(({ price }) => price === 5);
    expect(await ask(socket, 'subscribe:options', [CALL])).toMatchObject({ ok: true, contracts: [CALL] });
    expect(await first).toMatchObject({ openInterest: 8_921, previousClose: 4.5, volume: 120, bid: 4.9 });
    const moved = option(({ price }) => price === 5.25);
    upstream.options.connections.at(-1)!.send([{ ...trade(CALL, 5.25), c: [209], q: 7 }]);
    expect(await moved).toMatchObject({ change: 0.75, volume: 121, state: 'live' });
  });
});

describe('history of the vendor', () => {
  const HOUR_MS = 3_600_000;

  test.each([
    ['25 hours', '2026-10-31', '2026-11-02', 24 + 25 + 24],
    ['23 hours', '2026-03-07', '2026-03-09', 24 + 23 + 24],
  ])(
    'of a weekend with a day of %s is asked for by whole days in New York, adjusted or as traded',
    async (_, from, to, hours) => {
      const { cookie } = await app.signUp();
      const startsAt = newYorkTime(from, 0);
      const results = Array.from({ length: hours }, (_, hour) => ({
        ...{ t: startsAt + hour * HOUR_MS, o: 1, h: 1, l: 1, c: 1, v: 1 },
      }));
      upstream.behaviour.rest = (url) =>
        url.pathname.includes('/aggs/')
          ? { body: { status: 'OK', results: results.toReversed() } }
          : rest(url);
      for (const adjusted of ['true', 'false']) {
        const path = `/api/market/historical/AAPL?from=${from}&to=${to}&timespan=hour&adjusted=${adjusted}`;
        const { bars, ...page } = (await app.request('GET', path, { cookie })).body.data as HistoryPayload;
        expect(page).toMatchObject({ adjusted: adjusted === 'true', truncated: false });
        expect(bars.map(({ time }) => time * 1_000)).toEqual(results.map(({ t }) => t));
        const { url } = upstream.asked.findLast(({ url }) => url.pathname.includes('/aggs/'))!;
        const [first, last] = url.pathname.split('/').slice(-2).map(Number);
        expect([first, last! + 1 - first!]).toEqual([startsAt, hours * HOUR_MS]);
        expect(url.searchParams.get('adjusted')).toBe(adjusted);
      }
    },
  );
});

describe('more contracts than may have quotes upstream', () => {
  const contractAt = (i: number): string => `O:SPY990619C${String((i + 1) * 1_000).padStart(8, '0')}`;
  const many = Array.from({ length: 6 * MAX_CONTRACTS_PER_CONNECTION }, (_, i) => contractAt(i));
  const topics = () => upstream.options.connections.at(-1)!.topics;
  const quoted = () => [...topics()].filter((topic) => topic.startsWith('Q.'));
  const detail = async () => {
    const { body } = await app.request('GET', '/health/websocket');
    return (body as unknown as WebSocketHealthPayload).feeds.options.detail;
  };

  test('the least recently wanted have trades and bars only and say so, until somebody opens them again', async () => {
    const subscribe = async (contracts: readonly string[]) => {
      const peer = await app.connect(await app.signUp());
      expect(await ask(peer, 'subscribe:options', [...contracts])).toMatchObject({ ok: true });
      await upstream.until(() => contracts.every((contract) => topics().has(`Q.${contract}`)));
    };
    for (let at = 0; at < many.length; at += MAX_CONTRACTS_PER_CONNECTION)
      await subscribe(many.slice(at, at + MAX_CONTRACTS_PER_CONNECTION));
    const [oldest, second] = many as [string, string];
    const has = (contract: string) => ['T', 'Q', 'A'].map((one) => topics().has(`${one}.${contract}`));
    await upstream.until(() => quoted().length === MAX_QUOTED_CONTRACTS);
    expect([has(oldest), has(second)]).toEqual([
      [true, false, true],
      [true, false, true],
    ]);
    await until(
      async () => (await detail())?.startsWith('Upstream allows quotes of 1000') === true,
      'health',
    );

    await subscribe([oldest]);
    await upstream.until(() => quoted().length === MAX_QUOTED_CONTRACTS);
    expect([has(oldest), has(second)]).toEqual([
      [true, true, true],
      [true, false, true],
    ]);
    for (const { said } of upstream.options.connections)
      expect(said.filter(({ params }) => params.includes('Q.*'))).toEqual([]);
  });
});

describe('a connection that fails', () => {
  test('leaves the other: contracts are stale, stocks stay live, orders go on', async () => {
    await ask(socket, 'subscribe:watchlist', ['AAPL']);
    await until(() => upstream.connections.at(-1)!.topics.has('T.AAPL'), 'AAPL is subscribed upstream');
    const stale = option(({ state }) => state === 'stale');
    const outsider = new WebSocket(upstream.options.wsUrl);
    outsider.addEventListener('open', () =>
      outsider.send(JSON.stringify({ action: 'auth', params: MASSIVE_KEY })),
    );
    try {
      await stale;
      upstream.connections.at(-1)!.send([{ ...trade('AAPL', 201), q: 9 }]);
      const quote = await next(socket, 'quote:update', ({ price }) => price === 201);
      expect(quote.state).toBe('live');
      expect((await app.request('GET', '/ready')).status).toBe(200);
      expect(upstream.connections.every((one) => one.isOpen())).toBe(true);
      expect(upstream.logins).toMatchObject([{ evicted: false, until: null }]);
    } finally {
      outsider.close();
    }
  });
});
