/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import {
  atTheMoneyVolatility,
  isInTheMoney,
  largestOpenInterest,
  mainRoot,
  moneyRow,
  newerOf,
  putCallRatio,
  rowsOf,
} from '../../../../dashboard/src/features/options/figures.ts';
import { fittingColumns } from '../../../../dashboard/src/features/options/fitting.ts';
import { freezeOf } from '../../../../dashboard/src/features/options/freeze.ts';
import { contractsInSight, segmentsOf } from '../../../../dashboard/src/features/options/rows-in-sight.ts';
import {
  interestOf,
  smileOf,
  spotPosition,
} from '../../../../dashboard/src/features/options/strike-points.ts';
import { readRange, within } from '../../../../dashboard/src/features/options/strike-range.ts';
import type { OptionPayload } from '../../../../src/protocol/options.ts';
import type { QuoteState } from '../../../../src/protocol/quotes.ts';
import { chainOf, contractOf, SPOT } from '../../support/chains.ts';

const { contracts } = chainOf('2026-11-20');
const rows = rowsOf(contracts);
const long = rowsOf(chainOf('2026-11-20', { strikes: 250 }).contracts);

describe('rows of a chain', () => {
  test('have the call and the put of a strike, by strike, whatever the order of the answer', () => {
    const mixed = rowsOf([...contracts].reverse());
    expect(mixed).toEqual(rows);
    expect(mixed.map(({ strike }) => strike)).toEqual([
      645, 646, 647, 648, 649, 650, 651, 652, 653, 654, 655,
    ]);
    expect([mixed[0]!.call?.type, mixed[0]!.put?.type]).toEqual(['call', 'put']);
  });

  test('keep an adjusted series of the same strikes apart', () => {
    const adjusted = { ...contractOf(650, 'call'), contractId: 'O:SPY1261120C00650000' };
    const both = rowsOf([...contracts, adjusted]);
    expect(both).toHaveLength(rows.length + 1);
    expect(both.filter(({ strike }) => strike === 650).map(({ root }) => root)).toEqual(['SPY', 'SPY1']);
    expect(mainRoot(both)).toBe('SPY');
  });

  test('say where the money is: the nearest strike, calls below and puts above the price', () => {
    expect(rows[moneyRow(rows, SPOT)!]!.strike).toBe(650);
    expect(moneyRow(rows, undefined)).toBeNull();
    expect(moneyRow([], SPOT)).toBeNull();
    expect(isInTheMoney('call', 650, SPOT)).toBe(true);
    expect(isInTheMoney('put', 650, SPOT)).toBe(false);
    expect(isInTheMoney('call', 651, undefined)).toBe(false);
  });
});

describe('figures of a chain', () => {
  test('at-the-money volatility is that of call and put there, or of the one that is known', () => {
    const at = (call?: number, put?: number) => [
      {
        key: 'a',
        root: 'SPY',
        strike: 650,
        call: { ...contractOf(650, 'call'), impliedVolatility: call },
        put: { ...contractOf(650, 'put'), impliedVolatility: put },
      },
    ];
    const volatility = (call?: number, put?: number) =>
      atTheMoneyVolatility(at(call, put) as unknown as typeof rows, SPOT);
    expect(volatility(0.2, 0.3)).toBeCloseTo(0.25);
    expect(volatility(undefined, 0.3)).toBe(0.3);
    expect(volatility()).toBeNull();
  });

  test('the money is at a strike of the main series: an adjusted one has other shares behind it', () => {
    const adjusted = (['call', 'put'] as const).map((type) => ({
      ...contractOf(SPOT, type, { impliedVolatility: 0.9 }),
      contractId: contractOf(SPOT, type).contractId.replace('O:SPY', 'O:SPY1'),
    }));
    const both = rowsOf([...contracts, ...adjusted]);
    expect(both).toHaveLength(rows.length + 1);
    expect(both[moneyRow(both, SPOT)!]).toMatchObject({ root: 'SPY', strike: 650 });
    expect(atTheMoneyVolatility(both, SPOT)).toBe(atTheMoneyVolatility(rows, SPOT));
  });

  test('put/call ratios count all contracts, and are unknown without calls', () => {
    const trades: OptionPayload[] = [
      contractOf(650, 'call', { volume: 100, openInterest: 10 }),
      contractOf(651, 'call', { volume: 100, openInterest: undefined }),
      contractOf(650, 'put', { volume: 50, openInterest: 30 }),
    ];
    expect(putCallRatio(trades, 'volume')).toBe(0.25);
    expect(putCallRatio(trades, 'openInterest')).toBe(3);
    expect(putCallRatio([contractOf(650, 'put')], 'volume')).toBeNull();
    const unknown = [contractOf(650, 'call'), contractOf(650, 'put', { openInterest: undefined })];
    expect(putCallRatio(unknown, 'openInterest')).toBeNull();
  });

  test('the largest open interest is named for each side, and unknown where nobody reports it', () => {
    expect(largestOpenInterest(contracts, 'call')).toEqual({ strike: 650, openInterest: 4_000 });
    expect(largestOpenInterest([contractOf(650, 'call', { openInterest: undefined })], 'call')).toBeNull();
  });

  test('a pushed value is shown unless the chain has a newer one; a replay may go back in time', () => {
    const held = contractOf(650, 'call', { timestamp: '2026-11-20T15:00:00.000Z' });
    const at = (timestamp: string, state: QuoteState = 'live') => ({
      ...contractOf(650, 'call', { timestamp, state, price: 1 }),
      receivedAt: 2_000,
    });
    expect(newerOf(held, undefined, 1_000)).toBe(held);
    expect(newerOf(held, at('2026-11-20T15:00:01.000Z'), 1_000).price).toBe(1);
    expect(newerOf(held, at('2026-11-20T14:59:59.000Z'), 1_000)).toBe(held);
    expect(newerOf(held, at('2026-11-20T09:30:00.000Z', 'replay'), 1_000).price).toBe(1);
    expect(newerOf(held, at('2026-11-20T15:00:01.000Z', 'replay'), 3_000)).toBe(held);
  });
});

describe('a pushed value of quotes only', () => {
  const time = '2026-11-20T15:00:00.000Z';
  const trading = { price: 5, open: 4.6, high: 5.2, low: 4.4, previousClose: 4.5, volume: 120 };
  const held = contractOf(650, 'call', { ...trading, openInterest: 8_921, timestamp: time });
  const nothing = { price: undefined, open: undefined, high: undefined, low: undefined };
  const pushed = (part: Partial<OptionPayload>) => ({
    ...contractOf(650, 'call', {
      ...nothing,
      ...{ previousClose: undefined, openInterest: undefined, change: 0, changePercent: 0, volume: 0 },
      ...{ bid: 5.1, ask: 5.3, timestamp: '2026-11-20T15:00:01.000Z', state: 'live' },
      ...part,
    }),
    receivedAt: 2_000,
  });

  test('keeps what the chain says of trading, and not its quote or volatility', () => {
    expect(newerOf(held, pushed({ bid: undefined, impliedVolatility: undefined }), 1_000)).toMatchObject({
      ...trading,
      ...{ openInterest: 8_921, change: 0.5, bid: undefined, ask: 5.3, impliedVolatility: undefined },
    });
  });

  test('measures a first trade from the close that the chain knows', () => {
    expect(newerOf(held, pushed({ price: 5.4, volume: 121 }), 1_000)).toMatchObject({
      ...{ price: 5.4, volume: 121, previousClose: 4.5 },
      ...{ change: expect.closeTo(0.9), changePercent: expect.closeTo(20) },
    });
  });

  test('takes nothing of an earlier day, and nothing of a replay that has begun again', () => {
    const next = newerOf(held, pushed({ timestamp: '2026-11-23T15:00:00.000Z' }), 1_000);
    expect(next).toMatchObject({
      price: 5,
      open: undefined,
      volume: 0,
      openInterest: 8_921,
      previousClose: 5,
    });
    const again = pushed({ timestamp: '2026-11-20T14:31:00.000Z', state: 'replay' });
    expect(newerOf(held, again, 1_000)).toBe(again);
  });
});

describe('the day of what is shown', () => {
  const friday = { day: '2026-11-20', timestamp: '2026-11-20T20:59:00.000Z', state: 'closed' as const };
  const saturday = { ...friday, day: '2026-11-21' };
  const none = { open: undefined, high: undefined, low: undefined, volume: 0, change: 0, changePercent: 0 };
  const traded = { price: 5, open: 4.6, high: 5.2, low: 4.4, previousClose: 4.5, volume: 120 };
  const pushed = (part: Partial<OptionPayload>) => ({ ...contractOf(650, 'call', part), receivedAt: 2_000 });

  test('is that of its quote, which turns at midnight and keeps the time of its last trade', () => {
    const held = contractOf(650, 'call', { ...friday, ...traded });
    const turned = pushed({ ...saturday, ...none, price: 5, previousClose: 5 });
    expect(newerOf(held, turned, 1_000)).toMatchObject({ ...none, price: 5, previousClose: 5 });
    const quoted = pushed({ ...saturday, ...none, price: undefined, previousClose: undefined });
    expect(newerOf(held, quoted, 1_000)).toMatchObject({ ...none, price: 5, previousClose: 5 });
  });

  test('is that of a chain which was read after midnight, until what is pushed follows', () => {
    const held = contractOf(650, 'call', { ...saturday, ...none, previousClose: 5 });
    expect(newerOf(held, pushed({ ...friday, ...traded }), 1_000)).toBe(held);
  });
});

describe('what a long table renders and subscribes to', () => {
  test('short tables are whole; long ones have the rows in sight with a margin, and the active one', () => {
    const indexes = (count: number, first: number, last: number, active: number | null) =>
      segmentsOf({ first, last }, count, active).flatMap((one) => ('index' in one ? [one.index] : []));
    expect(indexes(60, 20, 40, null)).toHaveLength(60);
    expect(indexes(250, 100, 120, 3)).toEqual([3, ...Array.from({ length: 41 }, (_, offset) => 90 + offset)]);
    expect(indexes(250, 0, 20, 10)).toEqual(Array.from({ length: 31 }, (_, index) => index));
    expect(segmentsOf({ first: 0, last: -1 }, 0, 0)).toEqual([]);
  });

  test('rows that are left out keep their height', () => {
    const segments = segmentsOf({ first: 100, last: 120 }, 250, 3);
    const counted = segments.reduce((sum, one) => sum + ('skipped' in one ? one.skipped : 1), 0);
    expect(counted).toBe(250);
  });

  test('contracts come by blocks, so that scrolling a row asks for nothing; never more than the limit', () => {
    const ids = (first: number, last: number, most = 200) =>
      contractsInSight(long, { first, last }, ['call', 'put'], most);
    expect(ids(100, 120)).toHaveLength(80);
    expect(ids(101, 121)).toEqual(ids(100, 120));
    expect(contractsInSight(long, { first: 100, last: 120 }, ['put'], 200)).toHaveLength(40);
    const few = ids(100, 139, 10);
    expect(few).toHaveLength(10);
    const strikes = few.map((id) => Number(id.slice(-8)) / 1_000);
    expect(strikes.every((strike) => Math.abs(strike - long[120]!.strike) <= 3)).toBe(true);
  });
});

describe('the strike filter', () => {
  test.each([
    ['', '', 11, []],
    ['649', '651', 3, []],
    ['$1,000.50', '', 0, []],
    ['', '646.5', 2, []],
    ['660', '640', 11, ['from', 'to']],
    ['abc', '', 11, ['from']],
    ['1e3', '-5', 11, ['from', 'to']],
  ])('“%s” to “%s” leaves %d strikes', (from, to, count, wrong) => {
    const range = readRange({ from, to });
    expect(within(rows, range)).toHaveLength(count);
    expect(range.wrong).toEqual(wrong);
  });
});

describe('the charts', () => {
  test('the smile has puts below the price and calls above it, on a scale that holds them all', () => {
    const smile = smileOf(rows, SPOT)!;
    expect(smile.puts.map(({ strike }) => strike)).toEqual([645, 646, 647, 648, 649, 650]);
    expect(smile.calls.map(({ strike }) => strike)).toEqual([651, 652, 653, 654, 655]);
    expect([smile.puts[0]!.x, smile.calls.at(-1)!.x]).toEqual([0, 1]);
    for (const { y } of [...smile.puts, ...smile.calls]) expect(y >= 0 && y <= 1).toBe(true);
  });

  test('contracts that nobody bids for are not in the smile', () => {
    const penny = (strike: number, bid: number | undefined) =>
      contractOf(strike, 'call', { bid, ask: 0.01, price: 0.01, impliedVolatility: 0.9 });
    const smile = smileOf(rowsOf([...contracts, penny(700, undefined), penny(710, 0)]), SPOT)!;
    expect(smile.calls.map(({ strike }) => strike)).toEqual([651, 652, 653, 654, 655]);
    expect(smile.high).toBeLessThan(0.9);
  });

  test('contracts whose quotes nobody knows have the volatility of the vendor in the smile', () => {
    const unquoted = contracts.map((one) => ({ ...one, bid: undefined, ask: undefined }));
    expect(smileOf(rowsOf(unquoted), SPOT)).toEqual(smileOf(rows, SPOT));
  });

  test('there is no smile without a price, or of one volatility', () => {
    expect(smileOf(rows, undefined)).toBeNull();
    expect(smileOf(rowsOf([contractOf(651, 'call')]), SPOT)).toBeNull();
  });

  test('open interest has one scale for both sides, and is absent where nobody reports it', () => {
    expect(interestOf(rows)?.top).toBe(4_000);
    expect(interestOf(rowsOf([contractOf(650, 'call', { openInterest: undefined })]))).toBeNull();
  });

  test('the price stands between its strikes, or nowhere', () => {
    expect(spotPosition([640, 650, 660], 650)).toBeCloseTo(0.5);
    expect(spotPosition([640, 650, 660], 655)).toBeCloseTo(2 / 3);
    expect(spotPosition([640, 650, 660], 639)).toBeNull();
    expect(spotPosition([640, 650, 660], 661)).toBeNull();
  });
});

describe('the freeze notice', () => {
  const live = {
    freshness: 'live',
    now: 100_000,
    newest: 99_000,
    contracts: [{ state: 'live' }],
    movedAt: 99_000,
    stoppedAt: null,
    tickAt: null,
  } as const;
  test('a chain that moves has none, nor one whose trading is over', () => {
    expect(freezeOf(live)).toBeNull();
    expect(freezeOf({ ...live, newest: 10_000, contracts: [{ state: 'closed' }] })).toBeNull();
  });
  test('from fifteen seconds on it names what has stopped', () => {
    expect(freezeOf({ ...live, newest: 86_000 })).toBeNull();
    expect(freezeOf({ ...live, newest: 85_000 })).toEqual({
      ageMs: 15_000,
      since: 85_000,
      cause: 'quiet',
    });
    expect(freezeOf({ ...live, newest: 85_000, freshness: 'frozen' })?.cause).toBe('connection');
    expect(freezeOf({ ...live, newest: 86_000, freshness: 'frozen' })).toBeNull();
  });
  test('a source that calls every contract stale is named at once', () => {
    expect(freezeOf({ ...live, contracts: [{ state: 'stale' }, { state: 'closed' }] })?.cause).toBe('source');
    expect(freezeOf({ ...live, contracts: [{ state: 'stale' }, { state: 'live' }] })).toBeNull();
  });
  test('a feed of options that has stopped is named with its last price, also to a page that was opened later', () => {
    expect(freezeOf({ ...live, stoppedAt: 99_500, tickAt: 40_000 })).toEqual({
      ageMs: 60_000,
      since: 40_000,
      cause: 'source',
    });
    expect(freezeOf({ ...live, stoppedAt: 99_500 })?.since).toBe(99_000);
  });
  test('a price that came after the server called the feed stopped says that it runs again', () => {
    expect(freezeOf({ ...live, stoppedAt: 98_000, tickAt: 40_000 })).toBeNull();
    expect(freezeOf({ ...live, stoppedAt: 98_000, movedAt: 40_000 })?.cause).toBe('source');
  });
});

test('with two sides the columns that fit are shown, the ones at the strike first, and at least one', () => {
  const columns = [
    'bid',
    'ask',
    'last',
    'impliedVolatility',
    'delta',
    'volume',
    'openInterest',
    'age',
  ] as const;
  expect(fittingColumns(columns, 0)).toEqual(columns);
  expect(fittingColumns(columns, 90)).toEqual(columns);
  expect(fittingColumns(columns, 62)).toEqual(['bid', 'ask', 'last', 'impliedVolatility', 'delta', 'volume']);
  expect(fittingColumns(columns, 10)).toEqual(['bid']);
});
