import { afterEach, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { silentLog } from '../../../rig/log.ts';
import { isoDay, readLeanLines, toDollars } from '../../../rig/recordings/lean-files.ts';
import { FIXTURES } from '../../../rig/recordings/places.ts';
import type { RestAnswer } from '../../../rig/stand-ins/massive/account.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { createMassiveHistory } from '../../../src/adapters/massive/history.ts';
import { createMassiveRest } from '../../../src/adapters/massive/rest.ts';
import type { BarRequest } from '../../../src/domain/market/history.ts';
import { createRequestPace } from '../../../src/lib/request-pace.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';

let upstream: MassiveStandIn | null = null;
afterEach(async () => {
  await upstream?.close();
  upstream = null;
});

async function start(rest: (url: URL) => RestAnswer | Promise<RestAnswer>) {
  upstream = await startMassiveStandIn('key');
  upstream.behaviour.rest = rest;
  const clock = createTestClock();
  const options = { apiKey: 'key', restUrl: upstream.restUrl, clock, log: silentLog };
  const pace = createRequestPace({ clock, perSecond: 1_000 });
  const history = createMassiveHistory({ rest: createMassiveRest({ ...options, pace }), clock });
  return { history, clock, upstream, asked: upstream.asked };
}

// Shaped as the vendor documents its answers.
const PREVIOUS = {
  status: 'OK',
  results: [
    {
      T: 'AAPL',
      o: 115.55,
      h: 117.59,
      l: 114.13,
      c: 115.97,
      v: 131_704_427,
      vw: 116.3058,
      t: 1_605_042_000_000,
    },
  ],
};
const RANGE = {
  status: 'OK',
  results: [
    { t: 1_577_941_200_000, o: 74.06, h: 75.15, l: 73.7975, c: 75.0875, v: 135_647_456, vw: 74.6099, n: 1 },
    { t: 1_578_027_600_000, o: 74.2875, h: 75.145, l: 74.125, c: 74.3575, v: 146_535_512, vw: 74.7026, n: 1 },
  ],
};
const SNAPSHOT = {
  status: 'OK',
  ticker: {
    ticker: 'AAPL',
    updated: 1_605_195_918_306_274_000,
    day: { o: 119.62, h: 120.53, l: 118.81, c: 120.4229, v: 28_727_868, vw: 119.725, dv: '28727868.0' },
    min: {
      t: 1_605_195_900_000,
      o: 120.435,
      h: 120.468,
      l: 120.37,
      c: 120.4201,
      v: 270_796,
      n: 762,
      vw: 120.4129,
    },
    prevDay: { o: 117.19, h: 119.63, l: 116.44, c: 119.49, v: 110_597_265, vw: 118.4998 },
    lastTrade: { p: 120.47, s: 236, t: 1_605_195_918_306_274_000, x: 10, c: [14, 41], i: '4046' },
    lastQuote: { p: 120.46, s: 8, P: 120.47, S: 4, t: 1_605_195_918_507_251_700 },
  },
};

const isSnapshot = ({ pathname }: URL): boolean => pathname.startsWith('/v2/snapshot/');
const ZEROS = { o: 0, h: 0, l: 0, c: 0, v: 0, vw: 0 };
const DAYS: BarRequest = {
  symbol: 'AAPL',
  timespan: 'day',
  multiplier: 1,
  from: Date.parse('2020-01-01T05:00:00Z'),
  to: Date.parse('2020-02-01T05:00:00Z'),
  adjusted: true,
  limit: 5_000,
};
const dayNumber = (day: number): number => DAYS.from + day * 86_400_000;
const bar = (day: number, part: object = {}) => ({
  t: dayNumber(day),
  o: 1,
  h: 1,
  l: 1,
  c: 1,
  v: 1,
  ...part,
});
const refusal = (code: string) => expect.objectContaining({ code });

describe('bars', () => {
  test('are asked for by symbol, size and range, newest first, and answered oldest first', async () => {
    const rows = RANGE.results;
    const { history, asked } = await start(() => ({ body: { ...RANGE, results: rows.toReversed() } }));
    const page = await history.bars({ ...DAYS, symbol: 'BRK.B', adjusted: false });
    expect(asked[0]!.url.pathname).toBe(`/v2/aggs/ticker/BRK.B/range/1/day/${DAYS.from}/${DAYS.to}`);
    expect(Object.fromEntries(asked[0]!.url.searchParams)).toEqual({
      adjusted: 'false',
      sort: 'desc',
      limit: '50000',
    });
    expect(asked[0]!.authorization).toBe('Bearer key');
    expect(page.bars.map(({ start }) => start)).toEqual(rows.map(({ t }) => t));
    expect(page.bars[0]).toEqual({
      start: 1_577_941_200_000,
      open: 74.06,
      high: 75.15,
      low: 73.7975,
      close: 75.0875,
      volume: 135_647_456,
      vwap: 74.6099,
      trades: 1,
    });
    expect([page.truncated, page.delayed, page.stale]).toEqual([false, false, false]);
  });

  test('are none where results are absent, and a plan that is late says so', async () => {
    const { history } = await start(() => ({ body: { status: 'DELAYED', resultsCount: 0 } }));
    expect(await history.bars(DAYS)).toEqual({ bars: [], truncated: false, delayed: true, stale: false });
  });

  test('of several pages are joined: each next page is asked for at our own address, with the key in a header', async () => {
    const pages = [
      { results: [bar(6), bar(5)], next_url: 'https://elsewhere.example/v2/aggs/next?cursor=a' },
      { results: [bar(4), bar(3)], next_url: 'https://elsewhere.example/v2/aggs/next?cursor=b' },
      { results: [bar(2), bar(1)] },
    ];
    const { history, asked } = await start(() => ({ body: { status: 'OK', ...pages[asked.length - 1] } }));
    const page = await history.bars(DAYS);
    expect(page.bars.map(({ start }) => start)).toEqual([1, 2, 3, 4, 5, 6].map(dayNumber));
    expect(asked.map(({ url }) => url.searchParams.get('cursor'))).toEqual([null, 'a', 'b']);
    expect(asked.map(({ authorization }) => authorization)).toEqual(Array(3).fill('Bearer key'));
  });

  test('that are too many are the newest, and pages that have no end are left', async () => {
    const { history, asked } = await start((url) => ({
      body: {
        status: 'OK',
        results: [bar(10 - asked.length)],
        next_url: url.href,
      },
    }));
    const page = await history.bars(DAYS);
    expect(asked).toHaveLength(4);
    expect([page.bars.length, page.truncated]).toEqual([4, true]);
    const two = await history.bars({ ...DAYS, limit: 1 });
    expect([two.bars.length, two.truncated]).toEqual([1, true]);
  });
});

describe('bars of an upstream that errs', () => {
  test('are each there once and the oldest first, in the range, and with their high above their low', async () => {
    const results = [
      bar(40),
      bar(4),
      bar(6),
      bar(6, { c: 2 }),
      bar(5, { h: 1, l: 2 }),
      bar(3),
      bar(0, { t: DAYS.from - 3_600_000 }),
      bar(-3),
    ];
    const { history } = await start(() => ({ body: { status: 'OK', results } }));
    const { bars } = await history.bars(DAYS);
    const first = DAYS.from - 3_600_000;
    expect(bars.map(({ start }) => start)).toEqual([first, ...[3, 4, 6].map(dayNumber)]);
    expect(bars.at(-1)).toMatchObject({ close: 1 });
  });

  test('are not asked for again where a page leads to itself', async () => {
    const { history, asked } = await start((url) => ({
      body: { status: 'OK', results: [bar(3), bar(2), bar(1)], next_url: url.href },
    }));
    const page = await history.bars(DAYS);
    expect(page.bars.map(({ start }) => start)).toEqual([1, 2, 3].map(dayNumber));
    expect(asked).toHaveLength(2);
  });
});

describe('bars across a split', () => {
  /** AAPL, 7:1 between Friday and Monday; as upstream answers, whose bars are adjusted unless asked otherwise. */
  const minutesOf = (day: string, factor: number) =>
    readLeanLines(FIXTURES, 'minute', 'aapl', `${day}_trade.zip`).map((row) => {
      const [ms, o, h, l, c, v] = row.split(',').map(Number);
      const [open, high, low, close] = [o, h, l, c].map((price) => toDollars(price) / factor);
      const t = newYorkTime(isoDay(day), 0) + ms!;
      return { t, o: open, h: high, l: low, c: close, v: v! * factor };
    });
  const SPLIT = {
    ...DAYS,
    timespan: 'minute' as const,
    from: newYorkTime('2014-06-06', 0),
    to: newYorkTime('2014-06-10', 0),
  };

  test('are without a jump where they are adjusted, and as traded where not; neither is taken for the other', async () => {
    const { history, asked } = await start(({ searchParams }) => {
      const factor = searchParams.get('adjusted') === 'true' ? 7 : 1;
      const results = [...minutesOf('20140606', factor), ...minutesOf('20140609', 1)].toReversed();
      return { body: { status: 'OK', results } };
    });
    const jumpOf = async (adjusted: boolean): Promise<number> => {
      const { bars } = await history.bars({ ...SPLIT, adjusted });
      const first = bars.findIndex(({ start: time }) => time >= newYorkTime('2014-06-09', 0));
      return bars[first - 1]!.close / bars[first]!.close;
    };
    expect(await jumpOf(true)).toBeCloseTo(1, 1);
    expect(await jumpOf(false)).toBeCloseTo(7, 0);
    expect(await jumpOf(true)).toBeCloseTo(1, 1);
    // On a slow machine the first answer is too old by now, and asked for again.
    expect(asked.slice(0, 2).map(({ url }) => url.searchParams.get('adjusted'))).toEqual(['true', 'false']);
  });
});

describe('a snapshot', () => {
  test('has its parts, and the times of nanoseconds in milliseconds', async () => {
    const { history } = await start(() => ({ body: SNAPSHOT }));
    expect(await history.snapshot('AAPL')).toEqual({
      symbol: 'AAPL',
      updatedAt: 1_605_195_918_306,
      day: { open: 119.62, high: 120.53, low: 118.81, close: 120.4229, volume: 28_727_868, vwap: 119.725 },
      minute: {
        start: 1_605_195_900_000,
        open: 120.435,
        high: 120.468,
        low: 120.37,
        close: 120.4201,
        volume: 270_796,
        vwap: 120.4129,
        trades: 762,
      },
      previousDay: {
        open: 117.19,
        high: 119.63,
        low: 116.44,
        close: 119.49,
        volume: 110_597_265,
        vwap: 118.4998,
      },
      lastTrade: { price: 120.47, size: 236, time: 1_605_195_918_306 },
      lastQuote: { bid: 120.46, ask: 120.47, bidSize: 8, askSize: 4, time: 1_605_195_918_507 },
      delayed: false,
      stale: false,
    });
  });

  test('that is all zeros at night has no day and no minute, and keeps the previous day', async () => {
    const ticker = {
      ticker: 'AAPL',
      day: ZEROS,
      min: ZEROS,
      prevDay: { o: 1, h: 3, l: 1, c: 2, v: 9 },
      updated: 0,
    };
    const { history, asked } = await start(() => ({ body: { status: 'OK', ticker } }));
    const { day, minute, updatedAt, previousDay } = await history.snapshot('AAPL');
    expect([day, minute, updatedAt]).toEqual([undefined, undefined, undefined]);
    expect(previousDay?.close).toBe(2);
    expect(asked).toHaveLength(1);
  });

  test.each([403, 404])('that upstream refuses with %d is the previous day alone', async (status) => {
    const { history } = await start((url) =>
      isSnapshot(url) ? { status, body: { status: 'ERROR', message: 'no' } } : { body: PREVIOUS },
    );
    const { day, previousDay } = await history.snapshot('AAPL');
    expect(day).toBeUndefined();
    expect(previousDay?.close).toBe(115.97);
  });

  test.each([
    ['has none', { body: { status: 'OK', resultsCount: 0 } }],
    ['is not in the plan', { status: 403, body: { status: 'NOT_AUTHORIZED' } }],
    ['cannot be asked for', { status: 502, body: '' }],
  ])('of a stock whose previous day %s is what is known of today', async (_what, previous) => {
    const day = { o: 10, h: 12, l: 9, c: 11, v: 500 };
    const min = { t: 1_605_195_900_000 };
    const { history } = await start((url) =>
      isSnapshot(url)
        ? {
            body: {
              status: 'OK',
              ticker: { ticker: 'NEW', day, min, prevDay: ZEROS, updated: 1_605_195_918e9 },
            },
          }
        : previous,
    );
    const snapshot = await history.snapshot('NEW');
    expect([snapshot.day?.close, snapshot.previousDay]).toEqual([11, undefined]);
  });

  test('without a price and without a previous day is refused', async () => {
    const { history } = await start((url) =>
      isSnapshot(url)
        ? { body: { status: 'OK', ticker: { ticker: 'NEW', day: ZEROS, prevDay: ZEROS, updated: 0 } } }
        : { status: 502, body: '' },
    );
    await expect(history.snapshot('NEW')).rejects.toEqual(refusal('UNAVAILABLE'));
  });

  test('of a symbol that upstream does not know is refused, and not asked for again within a minute', async () => {
    const { history, asked, clock } = await start((url) =>
      isSnapshot(url) ? { status: 404, body: { status: 'NOT_FOUND' } } : { body: { status: 'OK' } },
    );
    await expect(history.snapshot('NOSUCH')).rejects.toEqual(refusal('UNKNOWN_SYMBOL'));
    const before = asked.length;
    await expect(history.snapshot('NOSUCH')).rejects.toEqual(refusal('UNKNOWN_SYMBOL'));
    expect(asked.filter(({ url }) => isSnapshot(url))).toHaveLength(1);
    clock.advance(60_000);
    await expect(history.snapshot('NOSUCH')).rejects.toEqual(refusal('UNKNOWN_SYMBOL'));
    expect(asked.filter(({ url }) => isSnapshot(url))).toHaveLength(2);
    expect(asked.length).toBeGreaterThan(before);
  });

  test('that the plan lacks is not asked for again within a minute', async () => {
    const { history, asked, clock } = await start((url) =>
      isSnapshot(url) ? { status: 403, body: { status: 'NOT_AUTHORIZED' } } : { body: PREVIOUS },
    );
    const snapshots = () => asked.filter(({ url }) => isSnapshot(url)).length;
    for (let second = 0; second < 5; second++) {
      expect((await history.snapshot('AAPL')).previousDay?.close).toBe(115.97);
      clock.advance(2_000);
    }
    expect(snapshots()).toBe(1);
    clock.advance(60_000);
    await history.snapshot('AAPL');
    expect(snapshots()).toBe(2);
  });
});

describe('when upstream misbehaves', () => {
  test('a hundred questions at once are one request, however long it takes', async () => {
    let release = (): void => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const {
      history,
      asked,
      upstream: up,
    } = await start(async () => {
      await slow;
      return { body: SNAPSHOT };
    });
    const first = Array.from({ length: 50 }, () => history.snapshot('AAPL'));
    await up.until(() => asked.length === 1);
    const later = Array.from({ length: 50 }, () => history.snapshot('AAPL'));
    release();
    await Promise.all([...first, ...later]);
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['a 429 without Retry-After', { status: 429, body: { status: 'ERROR', error: 'too many' } }],
    ['a 504 of a proxy, in HTML', { status: 504, body: '<html>504</html>' }],
    ['a 500', { status: 500, body: { status: 'ERROR' } }],
  ])('after %s the last answer is served as stale for fifteen seconds', async (_name, answer) => {
    const {
      history,
      clock,
      upstream: { behaviour },
    } = await start(() => ({ body: SNAPSHOT }));
    await history.snapshot('AAPL');
    behaviour.rest = () => answer;
    clock.advance(14_000);
    expect((await history.snapshot('AAPL')).stale).toBe(true);
    clock.advance(1_001);
    await expect(history.snapshot('AAPL')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterMs: 5_000,
    });
  });

  test('the wait that it names is passed on', async () => {
    const { history } = await start(() => ({ status: 429, headers: { 'retry-after': '12' }, body: {} }));
    await expect(history.bars(DAYS)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 12_000 });
  });

  test('a product that the plan lacks is named as such, and other products go on', async () => {
    const { history } = await start((url) =>
      isSnapshot(url)
        ? { body: SNAPSHOT }
        : { status: 403, body: { status: 'NOT_AUTHORIZED', message: 'no' } },
    );
    await expect(history.bars(DAYS)).rejects.toEqual(refusal('NOT_IN_PLAN'));
    expect((await history.snapshot('AAPL')).symbol).toBe('AAPL');
  });
});
