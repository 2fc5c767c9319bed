import { afterEach, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { silentLog } from '../../../rig/log.ts';
import type { RestAnswer } from '../../../rig/stand-ins/massive/account.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { createMassiveChains } from '../../../src/adapters/massive/chains.ts';
import { createMassiveRest } from '../../../src/adapters/massive/rest.ts';
import type { ContractTerms } from '../../../src/domain/options/chains.ts';
import { saneVendor } from '../../../src/domain/options/model.ts';
import { createRequestPace } from '../../../src/lib/request-pace.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { contractSymbol } from '../../../src/protocol/symbol.ts';
import { earlierToday, TRADING_NOON } from '../../support/earlier-today.ts';

let upstream: MassiveStandIn | null = null;
afterEach(async () => {
  await upstream?.close();
  upstream = null;
});

async function start(rest: (url: URL) => RestAnswer | Promise<RestAnswer>, now = TRADING_NOON) {
  upstream = await startMassiveStandIn('key');
  upstream.behaviour.rest = rest;
  const clock = createTestClock(now);
  const options = { apiKey: 'key', restUrl: upstream.restUrl, clock, log: silentLog };
  const pace = createRequestPace({ clock, perSecond: 1_000 });
  const chains = createMassiveChains({ rest: createMassiveRest({ ...options, pace }), clock });
  return { chains, clock, upstream, asked: upstream.asked, behaviour: upstream.behaviour };
}

const NS = 1e6;

/** A moment as "2026-12-05 03:45" in New York. */
function momentOf(text: string): number {
  const [date = '', time = ''] = text.split(' ');
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return newYorkTime(date, hours * 60 + minutes);
}
const EXPIRY = '2028-12-15';
const REQUEST = { underlying: 'AAPL', expiry: EXPIRY };

const symbolOf = (strike: number, type = 'call', root = 'AAPL'): string =>
  `O:${root}281215${type === 'call' ? 'C' : 'P'}${String(strike * 1_000).padStart(8, '0')}`;

/** Shaped as the vendor documents its answers. */
const row = (strike: number, { type = 'call', root = 'AAPL', ...fields }: Record<string, unknown> = {}) => ({
  break_even_price: 171.075,
  day: {
    open: 22.49,
    high: 22.49,
    low: 21.35,
    close: 21.4,
    previous_close: 22.45,
    volume: 37,
    last_updated: earlierToday(60_000) * NS,
  },
  details: {
    contract_type: type,
    exercise_style: 'american',
    expiration_date: EXPIRY,
    shares_per_contract: 100,
    strike_price: strike,
    ticker: symbolOf(strike, String(type), String(root)),
  },
  greeks: { delta: 0.552, gamma: 0.00706, theta: -0.0185, vega: 0.7274 },
  implied_volatility: 0.3048,
  last_quote: { bid: 20.9, ask: 21.25, last_updated: earlierToday(1_000) * NS, timeframe: 'REAL-TIME' },
  last_trade: { price: 21.4, sip_timestamp: earlierToday(60_000) * NS, timeframe: 'REAL-TIME' },
  open_interest: 8_921,
  underlying_asset: { ticker: 'AAPL', price: 147.951 },
  ...fields,
});
const answer = (results: readonly object[] | undefined, more: object = {}) => ({
  body: { status: 'OK', results, ...more },
});
const refusal = (code: string) => expect.objectContaining({ code });

describe('a chain', () => {
  test('is asked for by underlying and expiry, and comes by strike, the call before the put', async () => {
    const { chains, asked } = await start(() => answer([row(150, { type: 'put' }), row(155), row(150)]));
    const chain = await chains.chain(REQUEST);
    expect(asked[0]!.url.pathname).toBe('/v3/snapshot/options/AAPL');
    expect(Object.fromEntries(asked[0]!.url.searchParams)).toEqual({
      expiration_date: EXPIRY,
      limit: '250',
    });
    expect(asked[0]!.authorization).toBe('Bearer key');
    expect(chain.contracts.map(({ strike, right }) => [strike, right])).toEqual([
      [150, 'call'],
      [150, 'put'],
      [155, 'call'],
    ]);
    expect(chain.contracts[0]).toMatchObject({
      symbol: symbolOf(150),
      underlying: 'AAPL',
      expiry: EXPIRY,
      multiplier: 100,
      style: 'american',
      price: 21.4,
      bid: 20.9,
      ask: 21.25,
      open: 22.49,
      previousClose: 22.45,
      volume: 37,
      openInterest: 8_921,
      greeks: { impliedVolatility: 0.3048, delta: 0.552, gamma: 0.00706, theta: -0.0185, vega: 0.7274 },
    });
    const { underlyingPrice, partial, delayed, stale } = chain;
    expect([underlyingPrice, partial, delayed, stale]).toEqual([147.951, false, false, false]);
  });

  test('of several pages is joined, each asked for at our own address with the key in a header', async () => {
    const pages = [
      answer([row(150)], { next_url: 'https://elsewhere.example/v3/snapshot/options/AAPL?cursor=a' }),
      answer([row(155)], { next_url: 'https://elsewhere.example/v3/snapshot/options/AAPL?cursor=b' }),
      answer([row(160)]),
    ];
    const { chains, asked } = await start(() => pages[asked.length - 1]!);
    const { contracts, partial } = await chains.chain(REQUEST);
    expect([contracts.map(({ strike }) => strike), partial]).toEqual([[150, 155, 160], false]);
    expect(asked.map(({ url }) => url.searchParams.get('cursor'))).toEqual([null, 'a', 'b']);
    expect(asked.map(({ authorization }) => authorization)).toEqual(Array(3).fill('Bearer key'));
  });

  test('whose second page fails is what there is of it, and says so', async () => {
    const { chains } = await start((url) =>
      url.searchParams.has('cursor')
        ? { status: 502, body: '<html>502 Bad Gateway</html>' }
        : answer([row(150)], { next_url: 'https://elsewhere.example/v3/snapshot/options/AAPL?cursor=a' }),
    );
    const { contracts, partial } = await chains.chain(REQUEST);
    expect([contracts.length, partial]).toEqual([1, true]);
  });

  test('whose next page is itself for ever ends, once each', async () => {
    const { chains, asked } = await start((url) => answer([row(150)], { next_url: url.href }));
    const { contracts, partial } = await chains.chain(REQUEST);
    expect([contracts.length, partial, asked.length]).toEqual([1, true, 8]);
  });

  test('leaves out what is no call and no put, and what its symbol contradicts', async () => {
    const { chains } = await start(() =>
      answer([
        row(150),
        row(155, { type: 'other' }),
        // Nine digits of strike, as the vendor's own example has it.
        row(160, { details: { contract_type: 'call', ticker: 'O:AAPL211022C000150000' } }),
        row(165, { details: { contract_type: 'put', ticker: symbolOf(165) } }),
        null as unknown as object,
        { details: 7 },
      ]),
    );
    expect((await chains.chain(REQUEST)).contracts.map(({ strike }) => strike)).toEqual([150]);
  });

  test('has adjusted contracts with the number of their shares, under the underlying', async () => {
    const adjusted = row(150, { root: 'AAPL1' });
    adjusted.details.shares_per_contract = 150;
    const { chains } = await start(() => answer([adjusted]));
    const [contract] = (await chains.chain(REQUEST)).contracts;
    expect(contract).toMatchObject({
      symbol: symbolOf(150, 'call', 'AAPL1'),
      underlying: 'AAPL',
      multiplier: 150,
    });
  });

  test('passes the vendor greeks on as they are: which of them are sane is judged elsewhere', async () => {
    const clamped = { greeks: { delta: 1, gamma: 0, theta: 0.00229, vega: 0 }, implied_volatility: 5 };
    const { chains } = await start(() => answer([row(150, clamped), row(155, { greeks: {} }), row(160)]));
    const { contracts } = await chains.chain(REQUEST);
    expect(contracts.map(({ greeks }) => greeks!.impliedVolatility)).toEqual([5, 0.3048, 0.3048]);
    expect(contracts.map(({ greeks }) => saneVendor(greeks!)?.source)).toEqual([
      undefined,
      undefined,
      'vendor',
    ]);
  });

  test('of a plan without quotes and trades has neither bid nor ask, and is no error', async () => {
    const { chains } = await start(() =>
      answer([row(150, { last_quote: undefined, last_trade: undefined, underlying_asset: undefined })]),
    );
    const { contracts, underlyingPrice } = await chains.chain(REQUEST);
    expect(contracts[0]).toMatchObject({ bid: undefined, ask: undefined, price: 21.4 });
    expect(underlyingPrice).toBeUndefined();
  });

  test('of a contract that never traded has no price and no volume', async () => {
    const { chains } = await start(() => answer([row(150, { day: {}, last_trade: undefined })]));
    expect((await chains.chain(REQUEST)).contracts[0]).toMatchObject({
      price: undefined,
      previousClose: undefined,
      volume: 0,
      openInterest: 8_921,
    });
  });

  test('of a contract that has not traded today has a previous close and no price', async () => {
    const yesterday = (earlierToday(0) - 86_400_000) * NS;
    const day = { open: 20, high: 22, low: 19, close: 21.4, volume: 37, last_updated: yesterday };
    const trade = { price: 21.4, sip_timestamp: yesterday };
    const { chains } = await start(() => answer([row(150, { day, last_trade: trade })]));
    expect((await chains.chain(REQUEST)).contracts[0]).toMatchObject({
      price: undefined,
      previousClose: 21.4,
      open: undefined,
      volume: 0,
    });
  });

  const traded = { price: 21.4, previousClose: 22.45, open: 22.49, high: 22.49, low: 21.35, volume: 37 };
  const untraded = { previousClose: 21.4, open: undefined, high: undefined, low: undefined, volume: 0 };
  test.each([
    ['Friday, a minute before midnight', '2026-06-12 15:59', '2026-06-12 23:59', traded],
    ['Saturday, five minutes after midnight', '2026-06-12 15:59', '2026-06-13 00:05', untraded],
    ['Sunday', '2026-06-12 15:59', '2026-06-14 12:00', untraded],
    ['Monday at 03:45', '2026-06-12 15:59', '2026-06-15 03:45', untraded],
    ['Monday at 04:00', '2026-06-12 15:59', '2026-06-15 04:00', untraded],
    ['Monday after the first trade', '2026-06-15 09:30', '2026-06-15 09:31', traded],
    ['a holiday', '2026-11-25 15:59', '2026-11-26 12:00', untraded],
    ['a half day after its close', '2026-11-27 12:59', '2026-11-27 15:00', traded],
    ['the Sunday on which clocks go forward', '2026-03-06 15:59', '2026-03-08 03:30', untraded],
    ['the Monday after it', '2026-03-09 09:30', '2026-03-09 09:31', traded],
    ['the Sunday on which clocks go back', '2026-10-30 15:59', '2026-11-01 01:30', untraded],
    ['the Monday after it, at night', '2026-10-30 15:59', '2026-11-02 03:59', untraded],
  ])('has numbers of the day of its answer alone: %s', async (_when, last, now, shown) => {
    const time = momentOf(last) * NS;
    const trade = { price: 21.4, sip_timestamp: time };
    const { day } = row(150);
    const rows = [row(150, { day: { ...day, last_updated: time }, last_trade: trade })];
    const { chains } = await start(() => answer(rows), momentOf(now));
    const [contract] = (await chains.chain(REQUEST)).contracts;
    expect(contract).toMatchObject({ ...shown, day: now.slice(0, 10) });
  });

  test.each([
    ['a plan that is late', answer([row(150)], { status: 'DELAYED' })],
    ['quotes that are late', answer([row(150, { last_quote: { timeframe: 'DELAYED' } })])],
  ])('of %s is delayed', async (_name, late) => {
    const { chains } = await start(() => late);
    expect((await chains.chain(REQUEST)).delayed).toBe(true);
  });

  test('of an index takes its value for the price', async () => {
    const { chains } = await start(() => answer([row(150, { underlying_asset: { value: 4_500.5 } })]));
    expect((await chains.chain(REQUEST)).underlyingPrice).toBe(4_500.5);
  });

  test.each([
    ['absent results', { body: { status: 'OK' } }],
    ['404', { status: 404, body: { status: 'NOT_FOUND', message: 'Data not found.' } }],
  ])('is empty where upstream answers with %s', async (_name, nothing) => {
    const { chains } = await start(() => nothing);
    expect((await chains.chain(REQUEST)).contracts).toEqual([]);
    expect(await chains.expirations('AAPL')).toEqual([]);
  });
});

describe('expirations', () => {
  const listed = (expiry: string, strike: number, type = 'call') => ({
    contract_type: type,
    exercise_style: 'american',
    expiration_date: expiry,
    shares_per_contract: 100,
    strike_price: strike,
    ticker: `O:AAPL${expiry.slice(2).replaceAll('-', '')}C${String(strike * 1_000).padStart(8, '0')}`,
    underlying_ticker: 'AAPL',
  });

  test('are the distinct dates of the listed contracts, nearest first, asked for once an hour', async () => {
    const pages = [
      answer([listed('2028-12-15', 150), listed('2028-12-15', 155)], {
        next_url: 'https://elsewhere.example/v3/reference/options/contracts?cursor=a',
      }),
      answer([listed('2028-11-17', 150), listed('2028-11-17', 1, 'other')]),
    ];
    const { chains, asked, clock } = await start(() => pages[(asked.length - 1) % 2]!);
    const expected = [
      { expiry: '2028-11-17', contracts: 1 },
      { expiry: '2028-12-15', contracts: 2 },
    ];
    expect(await chains.expirations('AAPL')).toEqual(expected);
    expect(Object.fromEntries(asked[0]!.url.searchParams)).toMatchObject({
      underlying_ticker: 'AAPL',
      limit: '1000',
      expired: 'false',
    });
    clock.advance(3_599_000);
    expect(await chains.expirations('AAPL')).toEqual(expected);
    expect(asked).toHaveLength(2);
    clock.advance(1_001);
    await chains.expirations('AAPL');
    expect(asked).toHaveLength(4);
  });

  test('are refused where a later page fails: a list with a hole would be taken for the whole', async () => {
    const { chains, behaviour } = await start((url) =>
      url.searchParams.has('cursor')
        ? { status: 502, body: '' }
        : answer([listed('2028-12-15', 150)], { next_url: `${url.origin}/v3/reference?cursor=a` }),
    );
    await expect(chains.expirations('AAPL')).rejects.toEqual(refusal('UNAVAILABLE'));
    behaviour.rest = () => answer([listed('2028-12-15', 150)]);
    expect(await chains.expirations('AAPL')).toHaveLength(1);
  });

  test('make their contracts known: no further request asks whether one exists', async () => {
    const { chains, asked } = await start(() => answer([listed('2028-12-15', 150)]));
    await chains.expirations('AAPL');
    expect(await chains.contract(symbolOf(150))).toMatchObject({ underlying: 'AAPL', multiplier: 100 });
    expect(asked).toHaveLength(1);
  });
});

describe('one contract', () => {
  test('is looked up by its symbol, its underlying by its own name', async () => {
    const symbol = 'O:BRKB281215C00500000';
    const { chains, asked } = await start(() => ({
      body: {
        status: 'OK',
        results: {
          ticker: symbol,
          contract_type: 'call',
          exercise_style: 'american',
          underlying_ticker: 'BRK.B',
          shares_per_contract: 100,
        },
      },
    }));
    expect(await chains.contract(symbol)).toMatchObject({ symbol, underlying: 'BRK.B', strike: 500 });
    await chains.contract(symbol);
    expect(asked.map(({ url }) => url.pathname)).toEqual([
      `/v3/reference/options/contracts/${encodeURIComponent(symbol)}`,
    ]);
  });

  test('that does not exist is none, and not asked for again within a minute', async () => {
    const { chains, asked, clock } = await start(() => ({ status: 404, body: { status: 'NOT_FOUND' } }));
    expect([await chains.contract(symbolOf(1)), await chains.contract(symbolOf(1))]).toEqual([null, null]);
    expect(asked).toHaveLength(1);
    clock.advance(60_000);
    await chains.contract(symbolOf(1));
    expect(asked).toHaveLength(2);
  });
});

describe('contracts of which it is doubtful that they exist', () => {
  const termsOf = (strike: number, expiry = EXPIRY, root = 'AAPL'): ContractTerms => ({
    symbol: contractSymbol({ root, expiry, right: 'call', strike }),
    underlying: root,
    expiry,
    strike,
    right: 'call',
    multiplier: 100,
    style: 'american',
  });
  const isChain = ({ pathname }: URL): boolean => pathname.startsWith('/v3/snapshot');

  test('are told from the chain: two hundred made-up strikes cost one request in a minute', async () => {
    const { chains, asked, clock } = await start(() => answer([row(150)]));
    const madeUp = Array.from({ length: 200 }, (_, at) => termsOf(1_000 + at));
    const { listed, unlisted } = await chains.lookUp([termsOf(150), ...madeUp]);
    expect(listed).toMatchObject([{ symbol: termsOf(150).symbol, strike: 150 }]);
    expect(unlisted).toEqual(new Set(madeUp.map(({ symbol }) => symbol)));
    clock.advance(30_000);
    expect(await chains.lookUp([termsOf(2_000)])).toEqual({
      listed: [],
      unlisted: new Set([termsOf(2_000).symbol]),
    });
    expect(asked).toHaveLength(1);
    clock.advance(30_000);
    await chains.lookUp([termsOf(2_000)]);
    expect(asked).toHaveLength(2);
  });

  test('of an underlying that is none are unlisted after three have been asked for by name', async () => {
    const { chains, asked } = await start((url) =>
      isChain(url) ? answer([]) : { status: 404, body: { status: 'NOT_FOUND' } },
    );
    const madeUp = Array.from({ length: 50 }, (_, at) => termsOf(100 + at, EXPIRY, 'NONE'));
    expect((await chains.lookUp(madeUp)).unlisted.size).toBe(50);
    expect(asked).toHaveLength(4);
  });

  test('of a root that has another name are found with their underlying by asking for one of them', async () => {
    const symbol = contractSymbol({ root: 'BRKB', expiry: EXPIRY, right: 'call', strike: 500 });
    const details = { ticker: symbol, expiration_date: EXPIRY, strike_price: 500, contract_type: 'call' };
    const { chains, asked } = await start((url) =>
      isChain(url)
        ? answer([])
        : { body: { status: 'OK', results: { ...details, underlying_ticker: 'BRK.B' } } },
    );
    const { listed, unlisted } = await chains.lookUp([500, 510].map((one) => termsOf(one, EXPIRY, 'BRKB')));
    expect(listed).toMatchObject([{ symbol, underlying: 'BRK.B' }]);
    expect([unlisted.size, asked.length]).toEqual([0, 2]);
  });

  test('with as many made-up expiries as one likes cost thirty requests a minute at most', async () => {
    const { chains, asked } = await start((url) =>
      isChain(url) ? answer([]) : { status: 404, body: { status: 'NOT_FOUND' } },
    );
    const madeUp = Array.from({ length: 200 }, (_, at) => {
      const day = new Date(Date.UTC(2030, 0, 1 + at)).toISOString().slice(0, 10);
      return termsOf(100, day);
    });
    await chains.lookUp(madeUp);
    await chains.lookUp(madeUp.map((terms) => ({ ...terms, underlying: 'MSFT' })));
    expect(asked).toHaveLength(30);
  });

  test('may exist where upstream answers with a part of the chain, or not at all', async () => {
    const { chains, behaviour, upstream } = await start((url) =>
      url.searchParams.has('cursor')
        ? { status: 500, body: {} }
        : answer([row(150)], { next_url: `${upstream.restUrl}/v3/snapshot/options/AAPL?cursor=2` }),
    );
    expect((await chains.lookUp([termsOf(999)])).unlisted.size).toBe(0);
    behaviour.rest = () => ({ status: 403, body: { status: 'NOT_AUTHORIZED' } });
    await expect(chains.lookUp([termsOf(100, '2028-12-22')])).rejects.toEqual(refusal('NOT_IN_PLAN'));
  });
});

describe('when upstream misbehaves', () => {
  test('a hundred pages that open at once are one request, however slow it is', async () => {
    let release = (): void => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { chains, asked } = await start(async () => {
      await slow;
      return answer([row(150)]);
    });
    const all = Promise.all(Array.from({ length: 100 }, () => chains.chain(REQUEST)));
    await upstream!.until(() => asked.length === 1);
    release();
    expect((await all).map(({ contracts }) => contracts.length)).toEqual(Array(100).fill(1));
    expect(asked).toHaveLength(1);
  });

  test('a chain of before is served as stale for fifteen seconds, then it is unavailable', async () => {
    const { chains, clock, behaviour } = await start(() => answer([row(150)]));
    await chains.chain(REQUEST);
    behaviour.rest = () => ({ status: 504, body: '<html>504</html>' });
    clock.advance(14_000);
    expect((await chains.chain(REQUEST)).stale).toBe(true);
    clock.advance(1_001);
    await expect(chains.chain(REQUEST)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 5_000 });
  });

  test('a chain of which half comes is that of before for fifteen seconds, then the half, marked as partial', async () => {
    const { chains, clock, behaviour } = await start(() => answer([row(150), row(155)]));
    await chains.chain(REQUEST);
    behaviour.rest = (url) =>
      url.searchParams.has('cursor')
        ? { status: 502, body: '' }
        : answer([row(150)], { next_url: `${url.origin}/v3/snapshot/options/AAPL?cursor=a` });
    clock.advance(14_000);
    const kept = await chains.chain(REQUEST);
    expect([kept.contracts.length, kept.partial, kept.stale]).toEqual([2, false, true]);
    clock.advance(1_001);
    const half = await chains.chain(REQUEST);
    expect([half.contracts.length, half.partial, half.stale]).toEqual([1, true, false]);
  });

  test('a plan without options is named as such, for each request, and asked once a minute', async () => {
    const { chains, asked, clock } = await start(() => ({ status: 403, body: { status: 'NOT_AUTHORIZED' } }));
    for (let second = 0; second < 3; second++) {
      await expect(chains.chain(REQUEST)).rejects.toEqual(refusal('NOT_IN_PLAN'));
      await expect(chains.expirations('AAPL')).rejects.toEqual(refusal('NOT_IN_PLAN'));
      await expect(chains.contract(symbolOf(1))).rejects.toEqual(refusal('NOT_IN_PLAN'));
      clock.advance(2_000);
    }
    expect(asked).toHaveLength(3);
  });
});
