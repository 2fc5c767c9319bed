import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../../rig/app.ts';
import { ask, type ClientSocket } from '../../../rig/clients/ask.ts';
import { collect, next } from '../../../rig/clients/stock-client.ts';
import { createScriptedMarket } from '../../../rig/stand-ins/scripted-market.ts';
import { until } from '../../../rig/wait.ts';
import { priceOf } from '../../../src/domain/options/black-scholes.ts';
import type { ContractSnapshot } from '../../../src/domain/options/chains.ts';
import { expiryTime, yearsUntil } from '../../../src/domain/options/expiry.ts';
import type { OptionPayload } from '../../../src/protocol/options.ts';
import { contractSymbol, parseSymbol } from '../../../src/protocol/symbol.ts';
import { openPlain } from '../../support/plain-client.ts';

/** As a chain lists a contract that has not traded. */
function snapshotOf(symbol: string): ContractSnapshot {
  const parsed = parseSymbol(symbol);
  if (parsed?.kind !== 'option') throw new Error(symbol);
  const { root, expiry, strike, right } = parsed;
  const nothing = {
    price: undefined,
    bid: undefined,
    ask: undefined,
    open: undefined,
    high: undefined,
    low: undefined,
    previousClose: undefined,
    openInterest: undefined,
    greeks: undefined,
    updatedAt: undefined,
  };
  const terms = {
    symbol,
    underlying: root,
    expiry,
    strike,
    right,
    multiplier: 100,
    style: 'american',
  } as const;
  return { ...terms, ...nothing, volume: 0 };
}

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const newSocket = async (): Promise<ClientSocket> => app.connect(await app.signUp());

/** A Friday some weeks ahead. */
const EXPIRY = '2099-06-19';
const contract = (root: string, right: 'call' | 'put', strike: number, expiry = EXPIRY): string =>
  contractSymbol({ root, expiry, right, strike });
const CALL = contract('AAPL', 'call', 200);

const wanted = (...contracts: string[]) =>
  until(() => contracts.every((one) => app.market.contracts.wanted().has(one)), 'contracts are wanted');

/** A quote around what the model says at this volatility. */
function quoteAt(symbol: string, spot: number, volatility: number): void {
  const parsed = parseSymbol(symbol);
  if (parsed?.kind !== 'option') throw new Error(symbol);
  const years = yearsUntil(parsed.expiry, Date.now())!;
  const price = priceOf({ spot, rate: 0.04, dividendYield: 0 }, { ...parsed, years }, volatility);
  app.market.contracts.tick(symbol, price, { bid: price * 0.999, ask: price * 1.001 });
}

describe('a subscription to contracts', () => {
  test('is confirmed, then quotes with greeks of the model arrive as the market moves', async () => {
    const socket = await newSocket();
    const events = collect(socket, 'subscription:confirmed', 'option:update');
    const answer = await ask(socket, 'subscribe:options', [CALL, CALL]);
    expect(answer).toEqual({ ok: true, type: 'options', contracts: [CALL] });
    await wanted(CALL);
    await until(() => app.market.wanted().has('AAPL'), 'the underlying is wanted too');
    app.market.tick('AAPL', 200);
    app.market.contracts.previousClose(CALL, 150, { openInterest: 77 });
    quoteAt(CALL, 200, 0.3);
    const update = await next(socket, 'option:update', ({ greeksSource }) => greeksSource === 'model');
    expect(update).toMatchObject({
      contractId: CALL,
      underlying: 'AAPL',
      expiry: EXPIRY,
      strike: 200,
      type: 'call',
      multiplier: 100,
      previousClose: 150,
      openInterest: 77,
      state: 'simulated',
    });
    expect(update.impliedVolatility).toBeCloseTo(0.3, 2);
    expect(update.change).toBeCloseTo(update.price! - 150, 3);
    expect(events[0]).toEqual({
      event: 'subscription:confirmed',
      payload: { type: 'options', contracts: [CALL] },
    });
  });

  test('begins with the known quotes of its contracts', async () => {
    const put = contract('MSFT', 'put', 400);
    const first = await newSocket();
    await ask(first, 'subscribe:options', { contracts: [put] });
    await wanted(put);
    app.market.contracts.tick(put, 12.5);
    await next(first, 'option:update', ({ price }) => price === 12.5);

    const second = await newSocket();
    const updates = collect(second, 'option:update');
    await ask(second, 'subscribe:options', { contracts: [put] });
    await until(() => updates.length > 0, 'the quote arrives');
    expect(updates[0]!.payload).toMatchObject({ contractId: put, price: 12.5, bid: 12.49, ask: 12.51 });
  });

  test('follows the underlying: the greeks move although the contract is quiet', async () => {
    const socket = await newSocket();
    const call = contract('NVDA', 'call', 150);
    await ask(socket, 'subscribe:options', [call]);
    await wanted(call);
    await until(() => app.market.wanted().has('NVDA'), 'the underlying is wanted');
    app.market.tick('NVDA', 150);
    quoteAt(call, 150, 0.4);
    const { delta, timestamp } = await next(socket, 'option:update', (one) => one.delta !== undefined);
    app.market.tick('NVDA', 120);
    const moved = await next(socket, 'option:update', (one) => one.delta !== delta);
    expect(moved.timestamp).toBe(timestamp);
    expect(moved.delta).not.toBe(delta);
  });

  test('says why a contract has no greeks', async () => {
    const socket = await newSocket();
    const call = contract('TSLA', 'call', 300);
    await ask(socket, 'subscribe:options', [call]);
    await wanted(call);
    app.market.contracts.tick(call, 20);
    expect(await next(socket, 'option:update')).toMatchObject({
      contractId: call,
      noGreeks: 'no-underlying',
    });
    await until(() => app.market.wanted().has('TSLA'), 'the underlying is wanted');
    app.market.tick('TSLA', 5_000);
    const below = await next(socket, 'option:update', ({ noGreeks }) => noGreeks !== 'no-underlying');
    expect(below.noGreeks).toBe('below-intrinsic');
    expect(Object.keys(below)).not.toContain('delta');
  });

  test('reports a contract that is quoted and has never traded, without a price', async () => {
    const socket = await newSocket();
    const call = contract('IBM', 'call', 250);
    await ask(socket, 'subscribe:options', [call]);
    await wanted(call);
    app.market.contracts.previousClose(call, 1, { previousClose: undefined, bid: 0.8, ask: 0.9 });
    const update = await next(socket, 'option:update');
    expect(update).toMatchObject({ contractId: call, bid: 0.8, ask: 0.9, change: 0, changePercent: 0 });
    expect(Object.keys(update)).not.toContain('price');
  });

  test('ends with unsubscribe:options', async () => {
    const socket = await newSocket();
    const [kept, left] = [contract('SPY', 'call', 600), contract('SPY', 'put', 600)];
    await ask(socket, 'subscribe:options', [kept, left]);
    await wanted(kept, left);
    expect(await ask(socket, 'unsubscribe:options', [left, CALL])).toEqual({
      ok: true,
      type: 'options',
      contracts: [left],
    });
    const updates = collect(socket, 'option:update');
    app.market.contracts.tick(left, 10);
    app.market.contracts.tick(kept, 20);
    await until(() => updates.length > 0, 'the contract that is kept');
    app.market.contracts.tick(left, 11);
    app.market.contracts.tick(kept, 21);
    await next(socket, 'option:update', ({ price }) => price === 21);
    expect(updates.map(({ payload }) => (payload as OptionPayload).contractId)).not.toContain(left);
  });
});

describe('a list of contracts', () => {
  const strikes = (count: number, root = 'QQQ') =>
    Array.from({ length: count }, (_, i) => contract(root, 'call', 400 + i));

  test('beyond 200 on the connection is refused as a whole and changes nothing', async () => {
    const socket = await newSocket();
    await ask(socket, 'subscribe:options', strikes(200));
    const error = next(socket, 'error');
    expect(await ask(socket, 'subscribe:options', [contract('QQQ', 'put', 400)])).toMatchObject({
      ok: false,
      code: 'CONTRACT_LIMIT',
      message: 'Contract limit exceeded (max 200)',
    });
    expect(await error).toMatchObject({ code: 'CONTRACT_LIMIT', event: 'subscribe:options' });
    expect(await ask(socket, 'subscribe:options', strikes(200))).toMatchObject({ ok: true });
    expect(await ask(await newSocket(), 'subscribe:options', strikes(201))).toMatchObject({
      code: 'CONTRACT_LIMIT',
    });
  });

  test.each([
    ['with a stock in it', ['AAPL', CALL]],
    ['with a day that does not exist', ['O:AAPL260231C00200000']],
    ['with a strike of zero', ['O:AAPL260619C00000000']],
    ['of nothing', []],
    ['of 501', Array.from({ length: 501 }, () => CALL)],
    ['with another key', { contracts: [CALL], symbols: ['AAPL'] }],
  ])('%s is refused with VALIDATION', async (_what, list) => {
    expect(await ask(await newSocket(), 'subscribe:options', list as string[])).toMatchObject({
      ok: false,
      code: 'VALIDATION',
    });
  });

  test('leaves out what has expired, and is refused where nothing is left', async () => {
    const socket = await newSocket();
    const expired = contract('AAPL', 'call', 200, '2020-06-19');
    expect(expiryTime('2020-06-19')).toBeLessThan(Date.now());
    expect(await ask(socket, 'subscribe:options', [expired, CALL])).toMatchObject({ contracts: [CALL] });
    expect(await ask(socket, 'subscribe:options', [expired])).toMatchObject({ code: 'UNKNOWN_SYMBOL' });
  });
});

describe('a contract that nobody lists', () => {
  const listed = contract('JPM', 'call', 300);
  const madeUp = contract('JPM', 'call', 301);
  const rejected = [{ symbol: madeUp, code: 'UNKNOWN_SYMBOL' }];
  beforeAll(() => app.market.list([snapshotOf(listed)]));
  afterAll(() => app.market.list([]));

  test('is refused by its name, the others are served, and nothing is asked of the feed for it', async () => {
    const socket = await newSocket();
    expect(await ask(socket, 'subscribe:options', [madeUp, listed])).toEqual({
      ok: true,
      type: 'options',
      contracts: [listed],
      rejected,
    });
    await wanted(listed);
    expect(app.market.contracts.wanted().has(madeUp)).toBe(false);
    expect(await ask(socket, 'unsubscribe:options', [madeUp])).toMatchObject({ contracts: [] });
    expect(await ask(socket, 'subscribe:options', [madeUp])).toMatchObject({ code: 'UNKNOWN_SYMBOL' });
  });

  test('is rejected on the plain socket as well', async () => {
    const client = await openPlain(app.port, {
      headers: { cookie: (await app.signUp()).cookie, origin: app.url },
    });
    await client.next('connected');
    client.send({ type: 'subscribe_options', contractIds: [madeUp, listed] });
    expect(await client.next('subscribed_options')).toMatchObject({ contractIds: [listed], rejected });
  });

  test('is said to be missing within seconds where the source cannot tell, and serves what comes later', async () => {
    const socket = await newSocket();
    const unknown = contract('BAC', 'put', 40);
    expect(await ask(socket, 'subscribe:options', [unknown])).toMatchObject({ contracts: [unknown] });
    const missing = await next(socket, 'option:update', ({ contractId }) => contractId === unknown);
    expect(missing).toMatchObject({ state: 'missing', noGreeks: 'no-quote', volume: 0, strike: 40 });
    expect(Object.keys(missing)).not.toContain('price');
    app.market.contracts.tick(unknown, 3);
    expect(await next(socket, 'option:update')).toMatchObject({ price: 3, state: 'simulated' });
  });
});

describe('a subscription that waits for the source', () => {
  const quoted = contract('AAPL', 'call', 210);
  const doubtful = contract('JPM', 'put', 310);
  const market = createScriptedMarket();
  const { options } = market;
  let answer = (): void => {};
  let asked = 0;
  let slow: TestApp;
  beforeAll(async () => {
    slow = await startApp({
      market: {
        ...market,
        options: {
          ...options,
          chains: {
            ...options.chains,
            async lookUp(contracts) {
              asked += 1;
              await new Promise<void>((resolve) => {
                answer = resolve;
              });
              return options.chains.lookUp(contracts);
            },
          },
        },
      },
    });
    const watcher = await slow.connect(await slow.signUp());
    const confirmed = ask(watcher, 'subscribe:options', [quoted]);
    await until(() => asked === 1, 'the source is asked');
    answer();
    await confirmed;
    await until(() => market.contracts.wanted().has(quoted), 'the contract is wanted');
    market.contracts.tick(quoted, 20);
    await next(watcher, 'option:update', ({ price }) => price === 20);
  });
  afterAll(() => slow.close());

  test('confirms what is still wanted then, and sends no value before', async () => {
    const socket = await slow.connect(await slow.signUp());
    const heard: string[] = [];
    socket.onAny((event: string) => {
      if (event === 'option:update' || event.endsWith('scription:confirmed')) heard.push(event);
    });
    const confirmed = ask(socket, 'subscribe:options', [quoted, doubtful]);
    await until(() => asked === 2, 'the source is asked');
    market.contracts.tick(quoted, 21);
    expect(await ask(socket, 'unsubscribe:options', [doubtful])).toMatchObject({ contracts: [doubtful] });
    answer();
    expect(await confirmed).toMatchObject({ contracts: [quoted] });
    await until(() => heard.includes('option:update'), 'the first value');
    expect(heard.slice(0, 3)).toEqual([
      'unsubscription:confirmed',
      'subscription:confirmed',
      'option:update',
    ]);
  });

  test('counts towards the limit at once', async () => {
    const socket = await slow.connect(await slow.signUp());
    const many = Array.from({ length: 150 }, (_, index) => contract('JPM', 'put', 400 + index));
    const others = many.map((_, index) => contract('JPM', 'call', 400 + index));
    const before = asked;
    const confirmed = ask(socket, 'subscribe:options', many);
    await until(() => asked > before, 'the source is asked');
    expect(await ask(socket, 'subscribe:options', others)).toMatchObject({ code: 'CONTRACT_LIMIT' });
    answer();
    expect(await confirmed).toMatchObject({ contracts: many });
  });
});

test('trouble with the feed of contracts leaves the stocks alone: no other engine, no other connection', async () => {
  const alone = await startApp();
  try {
    const socket = await alone.connect(await alone.signUp());
    const states: string[] = [];
    socket.on('quote:update', ({ state }) => void states.push(state));
    await ask(socket, 'subscribe:watchlist', ['AAPL']);
    await ask(socket, 'subscribe:options', [CALL]);
    await until(
      () => alone.market.wanted().has('AAPL') && alone.market.contracts.wanted().has(CALL),
      'demand',
    );
    alone.market.tick('AAPL', 200);
    alone.market.contracts.tick(CALL, 20);
    await next(socket, 'option:update', ({ price }) => price === 20);
    const stale = next(socket, 'option:update', ({ state }) => state === 'stale');
    alone.market.contracts.status({ state: 'refused', lost: true, detail: 'another client has our place' });
    expect(await stale).toMatchObject({ contractId: CALL, price: 20 });
    await until(() => alone.market.contracts.starts() === 2, 'the feed of contracts begins again');
    alone.market.tick('AAPL', 201);
    await next(socket, 'quote:update', ({ price }) => price === 201);
    expect(new Set(states)).toEqual(new Set(['simulated']));
    expect(alone.market.starts()).toBe(1);
  } finally {
    await alone.close();
  }
});
