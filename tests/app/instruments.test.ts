import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { createScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';
import type { ContractSnapshot } from '../../src/domain/options/chains.ts';
import type { OrderPayload } from '../../src/protocol/orders.ts';
import type { PortfolioPayload } from '../../src/protocol/portfolio.ts';
import { showQuote } from '../support/http-quote.ts';

const CONTRACT = 'O:SPY251219C00650000';
const LISTED: ContractSnapshot = {
  symbol: 'O:AAPL291221C00150000',
  underlying: 'AAPL',
  expiry: '2029-12-21',
  strike: 150,
  right: 'call',
  multiplier: 100,
  style: 'american',
  price: 4.2,
  bid: 4.1,
  ask: 4.3,
  open: undefined,
  high: undefined,
  low: undefined,
  previousClose: undefined,
  volume: 0,
  openInterest: undefined,
  greeks: undefined,
  updatedAt: undefined,
};

let app: TestApp;
let ada: SignedIn;
beforeAll(async () => {
  app = await startApp({ market: createScriptedMarket(['AAPL', 'BAC', 'BACpL', 'BRK.B']) });
});
beforeEach(async () => {
  ada = await app.signUp();
});
afterAll(() => app.close());

let count = 0;
const unique = (name: string): string => `${name}-${++count}`;
const orderFor = (symbol: string) => ({
  clientOrderId: unique('order'),
  symbol,
  side: 'buy' as const,
  type: 'market' as const,
  quantity: 2,
});
const get = async (route: string) => (await app.request('GET', route, { cookie: ada.cookie })).body.data;
const refused = (status: number, code: string) => ({ status, body: { success: false, code } });

describe('a preferred share keeps its small p', () => {
  test('from the socket to the feed, the quote, the order, the position and the journal', async () => {
    const socket = await app.connect(ada);
    await ask(socket, 'subscribe:trades');
    expect(await ask(socket, 'subscribe:watchlist', ['BACpL', 'aapl'])).toMatchObject({
      ok: true,
      symbols: ['BACpL', 'AAPL'],
    });
    await until(() => app.market.wanted().has('BACpL'), 'BACpL is wanted');
    expect(app.market.wanted().has('BACPL')).toBe(false);
    app.market.tick('BACpL', 1_200);
    await next(socket, 'quote:update', ({ symbol }) => symbol === 'BACpL');

    const executed = next(socket, 'trade:executed');
    expect(await ask(socket, 'order:place', orderFor('BACpL'))).toMatchObject({
      ok: true,
      order: { symbol: 'BACpL' },
    });
    expect(await executed).toMatchObject({ symbol: 'BACpL', quantity: 2 });
    expect((await get('/api/portfolio')) as PortfolioPayload).toMatchObject({
      positions: [{ symbol: 'BACpL', quantity: 2 }],
    });
    expect((await get('/api/orders')) as OrderPayload[]).toMatchObject([{ symbol: 'BACpL' }]);
    expect(await ask(socket, 'unsubscribe:watchlist', ['BACpL'])).toMatchObject({ symbols: ['BACpL'] });
  });

  test('over HTTP: quotes, candles, orders, the saved watchlist and the search', async () => {
    await showQuote(app, ada, 'BACpL', 1_201);
    expect(await get('/api/candles?symbol=BACpL')).toHaveLength(1);
    const placed = await app.request('POST', '/api/orders', { cookie: ada.cookie, body: orderFor('BACpL') });
    expect(placed).toMatchObject({ status: 201, body: { data: { symbol: 'BACpL' } } });
    const body = { symbols: ['BACpL', 'brk.b'] };
    await app.request('PUT', '/api/watchlist', { cookie: ada.cookie, body });
    expect(await get('/api/watchlist')).toEqual({ symbols: ['BACpL', 'BRK.B'] });
    expect(await get('/api/symbols?q=bacpl')).toMatchObject([{ symbol: 'BACpL' }]);
    expect(await get('/api/symbols?q=brk-b')).toMatchObject([{ symbol: 'BRK.B' }]);
  });

  test('through hooks: a reported trade, a reported portfolio and an order', async () => {
    await showQuote(app, ada, 'BACpL', 1_202);
    const trade = { id: unique('trade'), symbol: 'BACpL', side: 'buy', quantity: 1, price: 1_200.5 };
    const common = { userId: ada.user.id };
    await app.hook('/hooks/trades', { ...common, eventId: unique('event'), type: 'executed', trade });
    const { clientOrderId: _key, ...order } = orderFor('BACpL');
    const placed = await app.hook('/hooks/orders', { ...common, eventId: unique('event'), order });
    expect(placed.status).toBe(202);
    const trades = (await get('/api/trades')) as { events: { payload: { symbol?: string } }[] };
    expect(trades.events[0]?.payload.symbol).toBe('BACpL');
    expect((await get('/api/orders')) as OrderPayload[]).toMatchObject([{ symbol: 'BACpL' }]);
  });

  test('and is never guessed for a program', async () => {
    const answer = await app.request('POST', '/api/orders', { cookie: ada.cookie, body: orderFor('bacpl') });
    expect(answer).toMatchObject(refused(422, 'UNKNOWN_SYMBOL'));
    expect(answer.body.data).toMatchObject({ order: { symbol: 'BACPL', status: 'denied' } });
  });
});

describe('an option contract', () => {
  const sentence = 'The broker trades stocks only, no option contracts.';

  test('cannot be ordered over the socket, and the refusal is in the journal', async () => {
    const socket = await app.connect(ada);
    await ask(socket, 'subscribe:trades');
    const failed = next(socket, 'trade:failed');
    expect(await ask(socket, 'order:place', orderFor(CONTRACT))).toEqual({
      ok: false,
      code: 'UNSUPPORTED_INSTRUMENT',
      message: sentence,
    });
    expect(await failed).toMatchObject({ code: 'UNSUPPORTED_INSTRUMENT', signal: { symbol: CONTRACT } });
    expect(app.market.wanted().has(CONTRACT)).toBe(false);
  });

  test('cannot be ordered over HTTP, nor by a hook', async () => {
    const body = orderFor(CONTRACT.toLowerCase());
    const answer = await app.request('POST', '/api/orders', { cookie: ada.cookie, body });
    expect(answer).toMatchObject(refused(422, 'UNSUPPORTED_INSTRUMENT'));
    expect(answer.body).toMatchObject({ error: sentence, data: { order: { status: 'denied' } } });
    const { clientOrderId: _key, ...order } = body;
    const hook = { userId: ada.user.id, eventId: unique('event'), order };
    expect(await app.hook('/hooks/orders', hook)).toMatchObject(refused(422, 'UNSUPPORTED_INSTRUMENT'));
  });

  test('that does not exist is no symbol at all', async () => {
    const body = orderFor('O:SPY251319C00650000');
    const answer = await app.request('POST', '/api/orders', { cookie: ada.cookie, body });
    expect(answer).toMatchObject(refused(400, 'VALIDATION'));
  });

  test('has no place among the quotes of stocks: left out beside stocks, refused alone', async () => {
    const socket = await app.connect(ada);
    expect(await ask(socket, 'subscribe:watchlist', ['AAPL', CONTRACT])).toMatchObject({
      ok: true,
      symbols: ['AAPL'],
    });
    expect(await ask(socket, 'subscribe:watchlist', [CONTRACT])).toMatchObject({
      ok: false,
      code: 'UNSUPPORTED_INSTRUMENT',
    });
    const cookie = ada.cookie;
    const unsupported = refused(422, 'UNSUPPORTED_INSTRUMENT');
    expect(await app.request('GET', `/api/quotes?symbols=${CONTRACT}`, { cookie })).toMatchObject(
      unsupported,
    );
    expect(await app.request('GET', `/api/quotes?symbols=AAPL,${CONTRACT}`, { cookie })).toMatchObject({
      status: 200,
    });
    expect(app.market.wanted().has(CONTRACT)).toBe(false);
  });

  test('joins the saved watchlist beside stocks; one that does not exist changes nothing', async () => {
    app.market.list([LISTED]);
    const save = (symbols: string[]) =>
      app.request('PUT', '/api/watchlist', { cookie: ada.cookie, body: { symbols } });
    const both = { symbols: ['AAPL', LISTED.symbol] };
    expect(await save([...both.symbols])).toMatchObject({ status: 200, body: { data: both } });
    expect(await save(['AAPL', CONTRACT])).toMatchObject(refused(422, 'UNKNOWN_SYMBOL'));
    expect(await get('/api/watchlist')).toEqual(both);
  });

  test('has minutes like a stock, and none before it has traded', async () => {
    const answer = await app.request('GET', `/api/candles?symbol=${CONTRACT}`, { cookie: ada.cookie });
    expect(answer).toMatchObject({ status: 200, body: { success: true, data: [] } });
  });

  test('is asked of the feed for its minutes only where it exists and has not expired', async () => {
    app.market.list([LISTED]);
    const madeUp = 'O:AAPL291221C00151000';
    for (const symbol of [CONTRACT, madeUp, LISTED.symbol])
      await app.request('GET', `/api/candles?symbol=${symbol}`, { cookie: ada.cookie });
    const { wanted } = app.market.contracts;
    await until(() => wanted().has(LISTED.symbol), 'the listed contract is wanted');
    expect([CONTRACT, madeUp].filter((symbol) => wanted().has(symbol))).toEqual([]);
  });

  test('may be in what another system reports, at a hundred shares a contract', async () => {
    const common = { userId: ada.user.id };
    const trade = { id: unique('trade'), symbol: CONTRACT, side: 'buy', quantity: 1, price: 1.05 };
    const reported = await app.hook('/hooks/trades', {
      ...common,
      eventId: unique('event'),
      type: 'executed',
      trade,
    });
    expect(reported.status).toBe(202);
    const money = { totalValue: 1_000, cash: 0, equity: 1_000, dayChange: 0, dayChangePercent: 0 };
    const report = (symbol: string, values: object = {}) =>
      app.hook('/hooks/portfolio', {
        ...common,
        eventId: unique('event'),
        portfolio: { ...money, positions: [{ symbol, quantity: 3, averagePrice: 1, price: 1.5, ...values }] },
      });
    expect((await report(CONTRACT)).status).toBe(202);
    expect((await get('/api/portfolio')) as PortfolioPayload).toMatchObject({
      positions: [{ symbol: CONTRACT, marketValue: 450, unrealizedPnl: 150, unrealizedPnlPercent: 50 }],
    });
    const adjusted = 'O:AAPL1251219C00150000';
    expect((await report(adjusted)).status).toBe(202);
    expect((await get('/api/portfolio')) as PortfolioPayload).toMatchObject({
      positions: [{ symbol: adjusted, quantity: 3, price: 1.5, mark: 'unknown' }],
    });
    expect((await report(adjusted, { marketValue: 300, unrealizedPnl: 100 })).status).toBe(202);
    expect((await get('/api/portfolio')) as PortfolioPayload).toMatchObject({
      positions: [{ symbol: adjusted, marketValue: 300, unrealizedPnlPercent: 50 }],
    });
  });
});
