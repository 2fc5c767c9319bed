import { afterEach, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { silentLog } from '../../../rig/log.ts';
import type { RestAnswer } from '../../../rig/stand-ins/massive/account.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { createMassiveInstruments, MAX_CACHED } from '../../../src/adapters/massive/instruments.ts';
import { createRequestPace } from '../../../src/lib/request-pace.ts';

let upstream: MassiveStandIn | null = null;
afterEach(async () => {
  await upstream?.close();
  upstream = null;
});

const row = (ticker: string, name: string) => ({ ticker, name, market: 'stocks', active: true });
const found = (...results: object[]): RestAnswer => ({
  body: { status: 'OK', results, count: results.length },
});

async function start(rest: (url: URL) => RestAnswer) {
  upstream = await startMassiveStandIn('key');
  upstream.behaviour.rest = rest;
  const clock = createTestClock();
  const directory = createMassiveInstruments({
    apiKey: 'key',
    restUrl: upstream.restUrl,
    pace: createRequestPace({ clock, perSecond: 1_000 }),
    clock,
    log: silentLog,
  });
  return { directory, clock, asked: upstream.asked };
}

test('a symbol is asked for once a day, by many at once in one request', async () => {
  const { directory, clock, asked } = await start(() => found(row('AAPL', 'Apple Inc.')));
  expect(directory.knows('AAPL')).toBeUndefined();
  const answers = await Promise.all([directory.get('AAPL'), directory.get('AAPL'), directory.get('AAPL')]);
  expect(answers).toEqual(Array(3).fill({ symbol: 'AAPL', name: 'Apple Inc.' }));
  expect(directory.knows('AAPL')).toBe(true);
  await directory.get('AAPL');
  expect(asked).toHaveLength(1);
  expect(asked[0]?.url.pathname).toBe('/v3/reference/tickers');
  expect(Object.fromEntries(asked[0]?.url.searchParams ?? [])).toMatchObject({
    ticker: 'AAPL',
    market: 'stocks',
    active: 'true',
  });
  clock.advance(25 * 3_600_000);
  expect(directory.knows('AAPL')).toBeUndefined();
  await directory.get('AAPL');
  expect(asked).toHaveLength(2);
});

test('a symbol that is found again takes its own place among those kept, and no other’s', async () => {
  const letters = (index: number): string =>
    [...String(index).padStart(5, '0')].map((digit) => String.fromCharCode(65 + Number(digit))).join('');
  const all = Array.from({ length: MAX_CACHED }, (_, index) => letters(index));
  const [first = '', second = '', third = ''] = all;
  const { directory } = await start((url) => {
    const asked = url.searchParams.get('search');
    const symbols = asked === 'EVERY STOCK' ? all : asked === 'SECOND STOCK' ? [second] : ['NEWER'];
    return found(...symbols.map((symbol) => row(symbol, 'A stock')));
  });
  await directory.search('every stock', 10);
  await directory.search('second stock', 10);
  expect([first, second].map(directory.knows)).toEqual([true, true]);
  await directory.search('newer stock', 10);
  expect([first, second, third].map(directory.knows)).toEqual([undefined, true, true]);
});

test('a symbol that does not exist is remembered as none; absent results are none', async () => {
  const { directory, asked } = await start(() => ({ body: { status: 'OK' } }));
  expect(await directory.get('NOSUCH')).toBeNull();
  expect(directory.knows('NOSUCH')).toBe(false);
  expect(await directory.get('NOSUCH')).toBeNull();
  expect(asked).toHaveLength(1);
});

test('a search shows the best first, keeps its answer, and names what it found', async () => {
  const { directory, asked } = await start(() =>
    found(row('SNAP', 'Snap Inc.'), row('AAPL', 'Apple Inc.'), row('APLE', 'Apple Hospitality REIT, Inc.')),
  );
  const searches = () => asked.filter(({ url }) => url.searchParams.has('search'));
  expect((await directory.search('apple', 10)).map(({ symbol }) => symbol)).toEqual(['AAPL', 'APLE']);
  const before = asked.length;
  expect((await directory.search(' APPLE ', 1)).map(({ symbol }) => symbol)).toEqual(['AAPL']);
  expect(asked).toHaveLength(before);
  expect(searches()).toHaveLength(1);
  expect(directory.knows('AAPL')).toBe(true);
});

test('upstream that cannot be asked is unavailable, not an unknown symbol', async () => {
  const { directory } = await start(() => ({
    status: 401,
    body: { status: 'ERROR', error: 'Unknown API Key' },
  }));
  await expect(directory.get('AAPL')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(directory.search('AAPL', 5)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(directory.knows('AAPL')).toBeUndefined();
});

test('a look-up that upstream refuses for now is refused at once, with the time that it names', async () => {
  const { directory, asked } = await start(() => ({
    status: 429,
    headers: { 'retry-after': '12' },
    body: {},
  }));
  await expect(directory.get('AAPL')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 12_000 });
  expect(asked).toHaveLength(1);
});

test('what upstream finds under no spelling but its own is looked up under the others', async () => {
  const listed = ['BACpL', 'BRK.B'];
  const { directory, asked } = await start((url) => {
    const ticker = url.searchParams.get('ticker') ?? '';
    return listed.includes(ticker) ? found(row(ticker, 'A share')) : found();
  });
  for (const typed of ['brk-b', 'BRKB', 'bacpl'])
    expect((await directory.search(typed, 10)).map(({ symbol }) => symbol)).toEqual([
      typed === 'bacpl' ? 'BACpL' : 'BRK.B',
    ]);
  const before = asked.length;
  await directory.search('BRK-B', 10);
  expect(asked).toHaveLength(before);
});

test('a separator at the end of a text is no part of what is asked for, and a name is printable', async () => {
  const { directory, asked } = await start((url) => {
    const isBeginning = url.searchParams.get('search') === 'BRK';
    return isBeginning ? found(row('BRK.A', 'A\u202E share'), row('BRK.B', 'B\u0007share ')) : found();
  });
  const shares = [
    { symbol: 'BRK.A', name: 'A share' },
    { symbol: 'BRK.B', name: 'B share' },
  ];
  for (const typed of ['brk-', 'BRK/', 'brk.', 'brk'])
    expect(await directory.search(typed, 10)).toEqual(shares);
  expect(asked).toHaveLength(1);
});

test.each(['BRKB', 'brkb', 'BRK-B'])(
  'a fund with %s in its name is not what is meant by it',
  async (typed) => {
    const { directory } = await start(({ searchParams }) => {
      if (!searchParams.has('ticker')) return found(row('BRKU', 'Direxion Daily BRKB BRK-B Bull 2X Shares'));
      return searchParams.get('ticker') === 'BRK.B' ? found(row('BRK.B', 'Class B')) : found();
    });
    expect((await directory.search(typed, 10)).map(({ symbol }) => symbol)).toEqual(['BRK.B', 'BRKU']);
  },
);

test('the end of a symbol finds every warrant of the series, and is not looked up as a symbol', async () => {
  const { directory, asked } = await start(() =>
    found(row('ACHR.WS.A', 'Archer warrants'), row('NE.WS.A', 'Noble warrants')),
  );
  expect((await directory.search('.ws.a', 10)).map(({ symbol }) => symbol)).toEqual(['ACHR.WS.A', 'NE.WS.A']);
  expect(asked).toHaveLength(1);
});

test('a preferred share is not found as the company of the same letters', async () => {
  const { directory } = await start(({ searchParams }) =>
    searchParams.has('ticker') ? found() : found(row('AMPB', 'Another company')),
  );
  for (const typed of ['AMpB', 'AMpb']) expect(await directory.search(typed, 10)).toEqual([]);
});

test('a search that finds a symbol of these letters asks for nothing more', async () => {
  const { directory, asked } = await start(() => found(row('APPF', 'AppFolio'), row('AAPL', 'Apple Inc.')));
  await directory.search('app', 10);
  expect(asked).toHaveLength(1);
});

test('a name of several words is not looked up as a symbol where upstream finds it', async () => {
  const { directory, asked } = await start(() => found(row('BAC', 'Bank of America Corporation')));
  expect((await directory.search('bank of', 10)).map(({ symbol }) => symbol)).toEqual(['BAC']);
  expect(asked).toHaveLength(1);
});

test('a look-up that fails leaves what the search found, and is repeated by the next search', async () => {
  let isAway = true;
  const { directory } = await start((url) => {
    if (!url.searchParams.has('ticker')) return found(row('BRKX', 'A fund with BRK-B in its name'));
    if (isAway) return { status: 401, body: { status: 'ERROR', error: 'not now' } };
    return url.searchParams.get('ticker') === 'BRK.B' ? found(row('BRK.B', 'A share')) : found();
  });
  const search = async () => (await directory.search('brk-b', 10)).map(({ symbol }) => symbol);
  expect(await search()).toEqual(['BRKX']);
  isAway = false;
  expect(await search()).toEqual(['BRK.B', 'BRKX']);
});

test('contracts are no stocks, and upstream is not asked for them', async () => {
  const { directory, asked } = await start(() => found());
  expect(await directory.get('O:SPY251219C00650000')).toBeNull();
  expect(directory.knows('O:SPY251219C00650000')).toBe(false);
  expect(asked).toHaveLength(0);
});
