import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dataOf } from '../../rig/clients/http.ts';
import { createHttpClient, type HttpClient, registerUser } from '../../rig/clients/http-client.ts';
import { createSimulatedHistory } from '../../src/adapters/simulated/history.ts';
import { createSimulatedInstruments } from '../../src/adapters/simulated/instruments.ts';
import { createTurns } from '../../src/adapters/simulated/turns.ts';
import { createMarketHours } from '../../src/domain/market/market-hours.ts';
import { createMarketQuotes } from '../../src/domain/market/market-quotes.ts';
import type {
  HistoryPayload,
  MarketQuotePayload,
  SearchPayload,
  SnapshotPayload,
} from '../../src/protocol/market.ts';
import { startHttpApp } from '../support/http-parts.ts';
import { createManualClock } from '../support/manual-clock.ts';

let client: HttpClient;
let stop: () => Promise<void>;
let url: string;
beforeAll(async () => {
  const clock = createManualClock('2026-11-20T15:04:30Z');
  const history = createSimulatedHistory({ clock, turns: createTurns(), seed: 1 });
  const marketQuotes = createMarketQuotes({
    board: { get: () => undefined },
    history,
    hours: createMarketHours('always'),
    origin: 'simulated',
    clock,
  });
  const app = await startHttpApp({
    parts: { history, marketQuotes, instruments: createSimulatedInstruments() },
  });
  ({ stop, url } = app);
  client = createHttpClient(url);
  await registerUser(client);
});
afterAll(() => stop());

const get = async <T>(path: string): Promise<T> => dataOf<T>(await client.get(path));

describe('a symbol that nobody watches', () => {
  test('has a quote: price and change, and where they were found', async () => {
    const quote = await get<MarketQuotePayload>('/api/market/quote/aapl');
    expect(quote).toMatchObject({ symbol: 'AAPL', source: 'snapshot', state: 'simulated' });
    expect(quote.change).toBeCloseTo(quote.price - quote.previousClose!, 4);
    expect(quote.changePercent).toBeCloseTo((quote.change / quote.previousClose!) * 100, 3);
    expect([quote.volume, quote.open, quote.high, quote.low].every((value) => value! > 0)).toBe(true);
  });

  test('has a snapshot: the quote with the day, the minute and the day before', async () => {
    const { day, minute, previousDay, ...quote } = await get<SnapshotPayload>('/api/market/snapshot/BRK.B');
    expect(quote).toEqual(await get('/api/market/quote/BRK.B'));
    expect([day!.close, previousDay!.close]).toEqual([quote.price, quote.previousClose]);
    expect(new Date(minute!.time * 1_000).toISOString()).toBe('2026-11-20T15:03:00.000Z');
  });
});

describe('the past of a symbol', () => {
  test('is bars of the size asked for, of whole days in New York, oldest first', async () => {
    const page = await get<HistoryPayload>(
      '/api/market/historical/SPY?from=2026-11-18&to=2026-11-19&timespan=hour&multiplier=6',
    );
    const { bars, ...rest } = page;
    expect(rest).toEqual({
      symbol: 'SPY',
      timespan: 'hour',
      multiplier: 6,
      adjusted: true,
      truncated: false,
      state: 'simulated',
    });
    expect(bars.map(({ time }) => new Date(time * 1_000).toISOString().slice(5, 13))).toEqual([
      '11-18T05',
      '11-18T11',
      '11-18T17',
      '11-18T23',
      '11-19T05',
      '11-19T11',
      '11-19T17',
      '11-19T23',
    ]);
  });

  test('of the week in which the clocks change has no gap: Sunday has 25 hours, and days begin at midnight there', async () => {
    const range = '/api/market/historical/SPY?from=2026-10-31&to=2026-11-02';
    const hours = await get<HistoryPayload>(`${range}&timespan=hour`);
    const times = hours.bars.map(({ time }) => time);
    expect(times).toHaveLength(24 + 25 + 24);
    expect(times.slice(1).every((time, i) => time - times[i]! === 3_600)).toBe(true);
    const days = await get<HistoryPayload>(range);
    expect(days.bars.map(({ time }) => new Date(time * 1_000).toISOString().slice(0, 16))).toEqual([
      '2026-10-31T04:00',
      '2026-11-01T04:00',
      '2026-11-02T05:00',
    ]);
    // What the hours make is what the days say.
    expect(days.bars.map(({ open }) => open)).toEqual([0, 24, 49].map((hour) => hours.bars[hour]!.open));
    expect(days.bars.map(({ close }) => close)).toEqual([23, 48, 72].map((hour) => hours.bars[hour]!.close));
  });

  test('of five years of days is at most 60 KB gzipped', async () => {
    const path = '/api/market/historical/SPY?from=2021-11-20&to=2026-11-20';
    const answer = await client.get(path, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    const { bars } = dataOf<HistoryPayload>(answer);
    expect(bars).toHaveLength(1_827);
    expect(gzipSync(JSON.stringify(answer.body)).length).toBeLessThan(60 * 1_024);
  });
});

test('a search finds a symbol or a company, the exact symbol first', async () => {
  const found = await get<SearchPayload[]>('/api/market/search?q=t&limit=2');
  expect(found).toEqual([
    { symbol: 'T', name: 'AT&T Inc.', type: 'stock' },
    { symbol: 'TGT', name: 'Target Corporation', type: 'stock' },
  ]);
  expect((await get<SearchPayload[]>('/api/market/search?q=apple'))[0]?.symbol).toBe('AAPL');
});

describe('bad input', () => {
  const HISTORY = '/api/market/historical/AAPL';
  test.each([
    [`${HISTORY}`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-11-19&to=2026-11-18`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-02-31&to=2026-11-18`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-02-01&to=2026-02-31`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-11-18&to=2026-12-32`, 400, 'VALIDATION'],
    [`${HISTORY}?from=yesterday&to=2026-11-18`, 400, 'VALIDATION'],
    [`${HISTORY}?from=0001-01-01&to=2026-11-18`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-11-18&to=9999-12-31`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-11-18&to=9999999999999999`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-11-18&to=2026-11-19&multiplier=0`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-11-18&to=2026-11-19&multiplier=1e9`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-11-18&to=2026-11-19&limit=1000000000`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-11-18&to=2026-11-19&timespan=second`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-11-18&to=2026-11-19&adjusted=yes`, 400, 'VALIDATION'],
    [`${HISTORY}?from=2026-11-18&to=2026-11-19&apiKey=x`, 400, 'VALIDATION'],
    ['/api/market/quote/not%20a%20symbol', 400, 'VALIDATION'],
    ['/api/market/quote/NOSUCH', 422, 'UNKNOWN_SYMBOL'],
    ['/api/market/snapshot/NOSUCH', 422, 'UNKNOWN_SYMBOL'],
    ['/api/market/historical/NOSUCH?from=2026-11-18&to=2026-11-19', 422, 'UNKNOWN_SYMBOL'],
    ['/api/market/search?q=a&limit=0', 400, 'VALIDATION'],
    ['/api/market/search?q=a&limit=51', 400, 'VALIDATION'],
  ])('%s is refused with %d %s', async (path, status, code) => {
    const answer = await client.get(path);
    expect([answer.status, answer.body]).toEqual([
      status,
      { success: false, code, error: expect.stringMatching(/^[^{}\n]{3,200}$/) },
    ]);
  });

  test('without a session is refused before anything is looked up', async () => {
    for (const path of ['quote/AAPL', 'snapshot/AAPL', `historical/AAPL?from=1&to=2`, 'search?q=a']) {
      const answer = await createHttpClient(url).get(`/api/market/${path}`);
      expect([answer.status, answer.body]).toMatchObject([401, { code: 'UNAUTHENTICATED' }]);
    }
  });
});
