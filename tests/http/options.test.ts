import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { safeParse } from 'zod';
import { dataOf } from '../../rig/clients/http.ts';
import { createHttpClient, type HttpClient, registerUser } from '../../rig/clients/http-client.ts';
import { createNoOptions } from '../../rig/stand-ins/no-options.ts';
import { createSimulatedHistory } from '../../src/adapters/simulated/history.ts';
import { createSimulatedInstruments } from '../../src/adapters/simulated/instruments.ts';
import { createSimulatedOptions } from '../../src/adapters/simulated/options/source.ts';
import { createTurns } from '../../src/adapters/simulated/turns.ts';
import { createMarketHours } from '../../src/domain/market/market-hours.ts';
import { createMarketQuotes } from '../../src/domain/market/market-quotes.ts';
import type { Quote } from '../../src/domain/market/quote.ts';
import { createContractDirectory } from '../../src/domain/options/contract-directory.ts';
import { createOptionQuotes } from '../../src/domain/options/option-quotes.ts';
import type { HistoryPayload, MarketQuotePayload, SnapshotPayload } from '../../src/protocol/market.ts';
import type { ChainPayload, ExpirationPayload } from '../../src/protocol/options.ts';
import { ROUTE_SHAPES } from '../../src/protocol/routes.ts';
import { startHttpApp } from '../support/http-parts.ts';
import { createManualClock } from '../support/manual-clock.ts';

const NOW = '2026-11-20T15:04:30Z';
const watched = new Map<string, Quote>();

async function start(without = false): Promise<{ client: HttpClient; stop: () => Promise<void> }> {
  const clock = createManualClock(NOW);
  const history = createSimulatedHistory({ clock, turns: createTurns(), seed: 1 });
  const instruments = createSimulatedInstruments();
  const source = without
    ? createNoOptions({ source: 'replay', origin: 'replay' })
    : createSimulatedOptions({ clock, turns: createTurns(), seed: 1, updatesPerSecond: 4 });
  const marketQuotes = createMarketQuotes({
    board: { get: () => undefined },
    history,
    hours: createMarketHours('always'),
    origin: 'simulated',
    clock,
  });
  const contracts = {
    demand: { set() {} },
    candles: async () => [],
    history: source.history({ candles: async () => [] }),
    listing: { unlisted: async () => new Set<string>() },
    marketTime: clock.now,
    quotes: createOptionQuotes({
      chains: source.chains,
      directory: createContractDirectory(instruments),
      options: { get: (symbol) => watched.get(symbol) },
      stocks: marketQuotes,
      yields: { of: () => undefined, learn() {} },
      stateOf: marketQuotes.stateOf,
      marketTime: clock.now,
    }),
  };
  const { url, stop } = await startHttpApp({ parts: { history, marketQuotes, instruments, contracts } });
  const client = createHttpClient(url);
  await registerUser(client);
  return { client, stop };
}

let client: HttpClient;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ client, stop } = await start());
});
afterAll(() => stop());

const ROUTE = '/api/market/options';
const get = async <T>(path: string): Promise<T> => dataOf<T>(await client.get(path));

describe('the expiries of an underlying', () => {
  test('are listed nearest first, with the days that are left in New York', async () => {
    const expiries = await get<ExpirationPayload[]>(`${ROUTE}/aapl/expirations`);
    expect(expiries.slice(0, 2)).toEqual([
      { expiry: '2026-11-20', daysLeft: 0, contracts: expect.any(Number) },
      { expiry: '2026-11-27', daysLeft: 7, contracts: expect.any(Number) },
    ]);
    expect(expiries.every(({ contracts }) => contracts > 50)).toBe(true);
  });
});

describe('the chain of an underlying', () => {
  test('is that of the nearest expiry: the underlying, and each contract with quote, interest and greeks', async () => {
    const chain = await get<ChainPayload>(`${ROUTE}/AAPL`);
    expect(chain).toMatchObject({
      underlying: { symbol: 'AAPL', state: 'simulated' },
      expiry: '2026-11-20',
      partial: false,
      asOf: new Date(NOW).toISOString(),
    });
    const { price } = chain.underlying;
    const [money] = [...chain.contracts].sort(
      (a, b) => Math.abs(a.strike - price!) - Math.abs(b.strike - price!),
    );
    expect(money).toMatchObject({ underlying: 'AAPL', expiry: '2026-11-20', greeksSource: 'model' });
    expect(money!.impliedVolatility).toBeGreaterThan(0.05);
    expect(Math.abs(money!.delta!)).toBeGreaterThan(0.2);
    expect(money!.openInterest).toBeGreaterThan(0);
    for (const contract of chain.contracts)
      expect(contract.noGreeks === undefined).toBe(contract.greeksSource !== undefined);
  });

  test('has the contracts of one kind between two strikes, with the same values as in the whole', async () => {
    const path = `${ROUTE}/SPY?expiry=2026-12-18`;
    const whole = await get<ChainPayload>(path);
    const strike = Math.round(whole.underlying.price!);
    const part = await get<ChainPayload>(`${path}&type=put&strikeFrom=${strike}&strikeTo=${strike + 3}`);
    expect(part.contracts.map((one) => [one.type, one.strike])).toEqual(
      [0, 1, 2, 3].map((above) => ['put', strike + above]),
    );
    expect(whole.contracts).toEqual(expect.arrayContaining(part.contracts));
  });

  test('is found by the root of its contracts, which has no dot, and by no other name of none', async () => {
    const expiry = '2026-12-18';
    const [chain, byRoot] = await Promise.all([
      get<ChainPayload>(`${ROUTE}/BRK.B?expiry=${expiry}`),
      get<ChainPayload>(`${ROUTE}/BRKB?expiry=${expiry}`),
    ]);
    expect(byRoot.underlying.symbol).toBe('BRK.B');
    expect(byRoot.contracts[0]!.contractId).toMatch(/^O:BRKB/);
    expect(byRoot).toEqual(chain);
    expect(await get(`${ROUTE}/brkb/expirations`)).toEqual(await get(`${ROUTE}/BRK.B/expirations`));
    const unknown = await client.get(`${ROUTE}/BRKX`);
    expect([unknown.status, unknown.body]).toEqual([
      422,
      expect.objectContaining({ code: 'UNKNOWN_SYMBOL', error: 'BRKX is not a known symbol.' }),
    ]);
  });

  test('has the quote that the feed keeps up where a contract is watched', async () => {
    const [first] = (await get<ChainPayload>(`${ROUTE}/MSFT`)).contracts;
    const at = Date.parse(NOW);
    watched.set(first!.contractId, {
      symbol: first!.contractId,
      price: 55.5,
      bid: 55,
      ask: 56,
      volume: 9,
      sourceTime: at,
      receivedAt: at,
      state: 'simulated',
    });
    const [again] = (await get<ChainPayload>(`${ROUTE}/MSFT`)).contracts;
    expect(again).toMatchObject({ price: 55.5, bid: 55, ask: 56, volume: 9 });
    expect(again!.openInterest).toBe(first!.openInterest);
  });

  test('keeps the trading that it lists of a contract of which the feed has a quote only', async () => {
    const { contracts } = await get<ChainPayload>(`${ROUTE}/NVDA`);
    const listed = contracts.find(({ volume, price }) => volume > 0 && price !== undefined);
    const at = Date.parse(NOW);
    watched.set(listed!.contractId, {
      symbol: listed!.contractId,
      price: 0,
      bid: 55,
      ask: 56,
      volume: 0,
      sourceTime: at,
      receivedAt: at,
      state: 'simulated',
    });
    const again = (await get<ChainPayload>(`${ROUTE}/NVDA`)).contracts;
    const { price, open, high, low, previousClose, volume, openInterest, change } = listed!;
    expect(again.find(({ contractId }) => contractId === listed!.contractId)).toMatchObject({
      ...{ price, open, high, low, previousClose, volume, openInterest, change },
      ...{ bid: 55, ask: 56 },
    });
  });
});

describe('one contract', () => {
  const quoteOf = (symbol: string) => get<MarketQuotePayload>(`/api/market/quote/${symbol}`);

  test('has a quote and a snapshot in the fields of a stock, with the numbers of its chain', async () => {
    const { contracts } = await get<ChainPayload>(`${ROUTE}/SPY?expiry=2026-12-18`);
    const { contractId, price, bid, ask, volume, previousClose } = contracts.find(
      (one) => one.open !== undefined,
    )!;
    const quote = await quoteOf(contractId);
    expect(quote).toMatchObject({
      symbol: contractId,
      price,
      bid,
      ask,
      volume,
      previousClose,
      state: 'simulated',
      source: 'snapshot',
    });
    expect(quote.change).toBeCloseTo(price! - previousClose!, 3);
    expect(await get<SnapshotPayload>(`/api/market/snapshot/${contractId}`)).toMatchObject({
      ...quote,
      lastQuote: { bid, ask },
      day: { close: price, volume },
    });
  });

  test('that is watched has the quote that the feed keeps up', async () => {
    const [first] = (await get<ChainPayload>(`${ROUTE}/TSLA`)).contracts;
    const symbol = first!.contractId;
    const at = Date.parse(NOW);
    const quote = { symbol, price: 55.5, bid: 55, ask: 56, volume: 9, sourceTime: at, receivedAt: at };
    watched.set(symbol, { ...quote, state: 'simulated' });
    expect(await quoteOf(symbol)).toMatchObject({ price: 55.5, volume: 9, source: 'stream' });
  });

  test.each([
    ['is not a known contract', 'O:SPY261218C00000500'],
    ['has expired', 'O:SPY251219C00650000'],
  ])('that %s is refused by its name and the reason, on every route', async (what, symbol) => {
    const past = '?from=2025-11-19&to=2025-11-20&timespan=hour';
    for (const [route, query] of Object.entries({ quote: '', snapshot: '', historical: past })) {
      const { status, body } = await client.get(`/api/market/${route}/${symbol}${query}`);
      expect([status, body]).toEqual([422, expect.objectContaining({ code: 'UNKNOWN_SYMBOL' })]);
      expect(body).toMatchObject({ error: `${symbol} ${what}.` });
    }
  });
});

test('the past of a contract is bars like those of a stock', async () => {
  const { contracts } = await get<ChainPayload>(`${ROUTE}/SPY?expiry=2026-12-18`);
  const { contractId } = contracts[40]!;
  const page = await get<HistoryPayload>(
    `/api/market/historical/${contractId}?from=2026-11-19&to=2026-11-20&timespan=hour`,
  );
  expect(page).toMatchObject({ symbol: contractId, timespan: 'hour', state: 'simulated' });
  expect(page.bars.length).toBeGreaterThan(5);
});

/** Routes that take a day, with the name of the parameter. */
const DAYS_TAKEN = Object.entries(ROUTE_SHAPES).flatMap(([name, { query }]) =>
  Object.entries(query?.shape ?? {})
    .filter(([, schema]) => safeParse(schema, '2026-11-20').success && !safeParse(schema, 'tomorrow').success)
    .map(([parameter]) => [name, parameter] as const),
);

describe('days at the ends of the calendar and beyond', () => {
  test('are tried wherever a route takes a day', () => {
    expect(DAYS_TAKEN.map((route) => route.join(' '))).toEqual([
      'GET /api/market/historical/:symbol from',
      'GET /api/market/historical/:symbol to',
      'GET /api/market/options/:underlying expiry',
      'GET /api/darkpool/:symbol day',
    ]);
  });

  test.each(DAYS_TAKEN)('%s refuses them as its %s, and the server goes on', async (route, parameter) => {
    const path = route.replace('GET ', '').replace(/:\w+/, 'SPY');
    for (const day of ['9999-12-31', '9999-12-30', '0000-01-01', '0000-02-29', '10000-01-01', '2200-12-31']) {
      const range = { from: '2026-11-19', to: '2026-11-20' };
      const asked = { ...(route.includes('historical') && range), [parameter]: day };
      const answer = await client.get(`${path}?${new URLSearchParams(asked)}`);
      expect([day, answer.status, answer.body]).toMatchObject([day, 400, { code: 'VALIDATION' }]);
    }
    expect((await client.get('/api/market/search?q=a')).status).toBe(200);
  });
});

describe('bad input', () => {
  test.each([
    [`${ROUTE}/NOSUCH`, 422, 'UNKNOWN_SYMBOL'],
    [`${ROUTE}/NOSUCH/expirations`, 422, 'UNKNOWN_SYMBOL'],
    [`${ROUTE}/O:AAPL261218C00200000`, 422, 'UNSUPPORTED_INSTRUMENT'],
    [`${ROUTE}/not%20a%20symbol`, 400, 'VALIDATION'],
    [`${ROUTE}/AAPL?expiry=2026-02-31`, 400, 'VALIDATION'],
    [`${ROUTE}/AAPL?expiry=tomorrow`, 400, 'VALIDATION'],
    [`${ROUTE}/AAPL?expiry=2026-11-13`, 400, 'VALIDATION'],
    [`${ROUTE}/AAPL?expiry=2026-11-24`, 404, 'NOT_FOUND'],
    [`${ROUTE}/AAPL?strikeFrom=210&strikeTo=200`, 400, 'VALIDATION'],
    [`${ROUTE}/AAPL?strikeFrom=-5`, 400, 'VALIDATION'],
    [`${ROUTE}/AAPL?strikeTo=1e9`, 400, 'VALIDATION'],
    [`${ROUTE}/AAPL?type=straddle`, 400, 'VALIDATION'],
    [`${ROUTE}/AAPL?limit=5`, 400, 'VALIDATION'],
    [`${ROUTE}/AAPL?type=call&type=put`, 400, 'VALIDATION'],
    ['/api/market/historical/O:AAPL201218C00200000?from=2026-11-19&to=2026-11-20', 422, 'UNKNOWN_SYMBOL'],
    ['/api/market/historical/O:AAPL261218C00200100?from=2026-11-19&to=2026-11-20', 422, 'UNKNOWN_SYMBOL'],
  ])('%s is answered with %i %s', async (path, status, code) => {
    const answer = await client.get(path);
    expect([answer.status, answer.body]).toEqual([status, expect.objectContaining({ success: false, code })]);
  });
});

test('a source without contracts answers NOT_IN_PLAN to everything', async () => {
  const without = await start(true);
  try {
    for (const path of [
      `${ROUTE}/AAPL`,
      `${ROUTE}/AAPL/expirations`,
      '/api/market/quote/O:AAPL261218C00200000',
      '/api/market/historical/O:AAPL261218C00200000?from=2026-11-19&to=2026-11-20',
    ])
      expect(await without.client.get(path)).toMatchObject({ status: 403, body: { code: 'NOT_IN_PLAN' } });
  } finally {
    await without.stop();
  }
});
