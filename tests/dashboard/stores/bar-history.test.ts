/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import type { HistoryRange } from '../../../dashboard/src/lib/api.ts';
import type { Bar } from '../../../dashboard/src/lib/bars.ts';
import { ApiError } from '../../../dashboard/src/lib/http.ts';
import { createBarHistoryStore } from '../../../dashboard/src/stores/bar-history.ts';
import type { MarketTick } from '../../../dashboard/src/stores/bar-lists.ts';
import type { HistoryPayload } from '../../../src/protocol/market.ts';
import { manualTimers } from '../support/timers.ts';
import { until } from '../support/until.ts';

/** Of the manual timers: 15:00 UTC on 20 November 2026. */
const NOW = Date.parse('2026-11-20T15:00:00Z') / 1_000;
const bar = (time: number, close = 10): Bar => ({
  time,
  open: close,
  high: close,
  low: close,
  close,
  volume: 10,
});
/** Minutes up to the one that is over. */
const minutes = (count: number, end = NOW): Bar[] =>
  Array.from({ length: count }, (_, index) => bar(end - (count - index) * 60));
const tick = (second: number, price: number, volume: number): MarketTick => ({
  price,
  volume,
  timestamp: new Date(second * 1_000).toISOString(),
});

type Answer = readonly Bar[] | Error;

/** A store whose source answers with what the test sets; it keeps what was asked. */
function open(
  answer: (range: HistoryRange, symbol: string) => Answer | Promise<Answer>,
  candles: readonly Bar[] = [],
) {
  const asked: HistoryRange[] = [];
  const timers = manualTimers();
  const known: { latest?: MarketTick; state: HistoryPayload['state'] } = { state: 'simulated' };
  const store = createBarHistoryStore({
    timers,
    latest: () => known.latest,
    api: {
      async historical(symbol, range) {
        asked.push(range);
        const bars = await answer(range, symbol);
        if (bars instanceof Error) throw bars;
        return { symbol, ...range, adjusted: true, bars: [...bars], truncated: false, state: known.state };
      },
      candles: async () => [...candles],
    },
  });
  const shown = () => store.getState().shown;
  const ready = () => until(() => shown()?.status === 'ready');
  return { store, timers, asked, known, shown, ready };
}
/** Every answer given so far has been handled. */
const handled = () => new Promise((resolve) => setImmediate(resolve));
const refused = (code: ApiError['code'], retryAfterMs?: number) =>
  new ApiError(code, 'Not now.', { answered: true, retryAfterMs });

describe('the history of the chart', () => {
  test('asks in whole days, so that readers share one answer, and for the newest bars only', async () => {
    const { store, asked, shown, ready } = open(() => minutes(3));
    store.open('AAPL', '1d');
    expect(shown()?.status).toBe('loading');
    await ready();
    expect(asked).toEqual([
      { timespan: 'minute', multiplier: 1, from: '2026-11-14', to: '2026-11-20', limit: 2_000 },
    ]);
    expect(shown()).toMatchObject({ bars: minutes(3), older: 'more', stale: false });
  });

  test('is read anew with the first tick of a day, which may begin with a split, until that has succeeded', async () => {
    let answer: Answer = minutes(3);
    const { store, asked, shown, ready } = open(() => answer);
    store.open('AAPL', '1d');
    await ready();
    store.apply(tick(NOW, 10, 100));
    expect(asked).toHaveLength(1);
    answer = refused('UNAVAILABLE');
    const tomorrow = NOW + 24 * 3_600;
    store.apply(tick(tomorrow, 2.5, 1));
    await until(() => shown()?.stale);
    // After a failure too, bars of before are never joined with those of after.
    answer = minutes(3).map(({ time }) => bar(time, 2.5));
    store.refresh();
    await until(() => shown()?.stale === false);
    expect(shown()?.bars).toEqual(answer);
    expect(asked.slice(1).map(({ from }) => from)).toEqual([asked[0]?.from, asked[0]?.from]);
    store.apply(tick(tomorrow + 1, 2.5, 2));
    await handled();
    expect(asked).toHaveLength(3);
  });

  test('of before a split gives way to the whole of after it, and keeps no page that was on its way', async () => {
    const late = Promise.withResolvers<Answer>();
    let pages = 0;
    const after = minutes(3).map(({ time }) => bar(time, 2.5));
    const { store, shown, ready } = open(() => [minutes(3), late.promise, after][pages++] ?? []);
    store.open('AAPL', '1d');
    await ready();
    store.loadOlder();
    store.reload();
    await until(() => shown()?.bars[0]?.close === 2.5);
    late.resolve(minutes(3, NOW - 3_600));
    await handled();
    expect(shown()).toMatchObject({ status: 'ready', older: 'more', bars: after });
  });

  test('goes on with the running minute of the feed, and with each tick, without a gap', async () => {
    const running = { ...bar(NOW, 11), high: 12, volume: 4 };
    const { store, shown, ready, known } = open(() => minutes(2), [...minutes(1), running]);
    known.latest = tick(NOW + 20, 11.5, 1_000);
    store.open('AAPL', '1d');
    await ready();
    expect(shown()?.bars).toEqual([...minutes(2), { ...running, close: 11.5 }]);
    store.apply(tick(NOW + 30, 12.5, 1_003));
    store.apply(tick(NOW + 61, 13, 1_010));
    expect(shown()?.bars.slice(2)).toEqual([
      { ...running, high: 12.5, close: 12.5, volume: 7 },
      { ...bar(NOW + 60, 13), volume: 7 },
    ]);
  });

  test('the source corrects a bar that is over, and what was missed while the page slept', async () => {
    let source = minutes(2);
    const { store, timers, asked, shown, ready } = open((range) =>
      source.filter(({ time }) => range.from.includes('-') || time * 1_000 >= Number(range.from)),
    );
    store.open('AAPL', '1d');
    await ready();
    store.apply(tick(NOW + 1, 11, 100));
    store.apply(tick(NOW + 2, 12, 110));
    // Three minutes pass unseen.
    store.apply(tick(NOW + 200, 13, 150));
    source = [...source, { ...bar(NOW, 12), open: 10.5, volume: 77 }, bar(NOW + 60), bar(NOW + 120)];
    timers.advance(4_000);
    await until(() => shown()?.bars.length === 6);
    expect(asked.at(-1)?.from).toBe(String((NOW - 60) * 1_000));
    expect(shown()?.bars.map(({ time }) => time)).toEqual([-120, -60, 0, 60, 120, 180].map((s) => NOW + s));
    expect(shown()?.bars[2]).toMatchObject({ open: 10.5, volume: 77 });
    expect(shown()?.bars.at(-1)?.close).toBe(13);
  });

  test('a new day counts its volume from zero', async () => {
    const { store, shown, ready } = open(() => minutes(1));
    store.open('AAPL', '1d');
    await ready();
    const tomorrow = NOW + 86_400;
    store.apply(tick(NOW, 10, 5_000));
    store.apply(tick(tomorrow, 11, 30));
    expect(shown()?.bars.at(-1)).toEqual({ ...bar(tomorrow, 11), volume: 30 });
  });

  test('older pages come one at a time until there is nothing before', async () => {
    const older = minutes(5, NOW - 3 * 60);
    const pages = [minutes(3), older, []];
    const { store, asked, shown, ready } = open(() => pages.shift()!);
    store.open('AAPL', '1d');
    await ready();
    store.loadOlder();
    store.loadOlder();
    expect(asked).toHaveLength(2);
    expect(Number(asked[1]?.to)).toBe((NOW - 180) * 1_000 - 1);
    await until(() => shown()?.bars.length === 8);
    expect(shown()?.bars).toEqual([...older, ...minutes(3)]);
    store.loadOlder();
    await until(() => shown()?.older === 'end');
    store.loadOlder();
    expect(asked).toHaveLength(3);
  });

  test('older bars that do not come are a failure of their own, and a plan without them is the end', async () => {
    const answers: Answer[] = [
      minutes(3),
      refused('UNAVAILABLE'),
      minutes(1, NOW - 180),
      refused('NOT_IN_PLAN'),
    ];
    const { store, shown, ready } = open(() => answers.shift()!);
    store.open('AAPL', '1d');
    await ready();
    store.loadOlder();
    await until(() => shown()?.older === 'failed');
    expect(shown()).toMatchObject({ status: 'ready', failure: null });
    store.loadOlder();
    expect(answers).toHaveLength(2);
    store.retry();
    await until(() => shown()?.bars.length === 4);
    store.loadOlder();
    await until(() => shown()?.older === 'end');
  });

  test('a failure says why, and is tried again when the server says', async () => {
    const answers: Answer[] = [refused('UNAVAILABLE', 2_000), minutes(3)];
    const { store, timers, shown, ready } = open(() => answers.shift()!);
    store.open('AAPL', '1y');
    await until(() => shown()?.status === 'failed');
    expect(shown()?.failure).toEqual({ code: 'UNAVAILABLE', sentence: 'Not now.' });
    timers.advance(2_000);
    await ready();
    expect(shown()?.failure).toBeNull();
  });

  test('a refresh that fails keeps the bars and says that they may be old', async () => {
    const answers: Answer[] = [minutes(3), refused('UNAVAILABLE'), minutes(3)];
    const { store, shown, ready } = open(() => answers.shift()!);
    store.open('AAPL', '1d');
    await ready();
    store.refresh();
    await until(() => shown()?.stale === true);
    expect(shown()?.bars).toEqual(minutes(3));
    store.retry();
    await until(() => shown()?.stale === false);
  });

  test('answers of before are shown as such', async () => {
    const { store, known, shown, ready } = open(() => minutes(3));
    known.state = 'stale';
    store.open('AAPL', '1d');
    await ready();
    expect(shown()?.stale).toBe(true);
  });

  test('a replay, whose source has no history, shows the minutes that it has played', async () => {
    const { store, shown, ready } = open(() => refused('NOT_IN_PLAN'), minutes(3, 1_380_000_000));
    store.open('AAPL', '1d');
    await ready();
    expect(shown()?.bars).toEqual(minutes(3, 1_380_000_000));
    store.open('AAPL', '1y');
    await until(() => shown()?.status === 'failed');
    expect(shown()?.failure?.code).toBe('NOT_IN_PLAN');
  });

  test('an answer for a symbol that was left changes nothing, and coming back shows what was there', async () => {
    const { store, asked, shown, ready } = open((_, symbol) => [bar(NOW - 60, symbol === 'AAPL' ? 1 : 2)]);
    store.open('AAPL', '1d');
    store.open('MSFT', '1d');
    await ready();
    expect(shown()).toMatchObject({ symbol: 'MSFT', bars: [{ close: 2 }] });
    store.open('AAPL', '1d');
    await ready();
    store.open('MSFT', '1d');
    expect(shown()).toMatchObject({ status: 'ready', bars: [{ close: 2 }] });
    expect(asked).toHaveLength(4);
  });

  test('a request of an earlier visit that fails late does not take the history away', async () => {
    const waiting: ((answer: Answer) => void)[] = [];
    const { store, shown, ready } = open(() => new Promise<Answer>((resolve) => waiting.push(resolve)));
    store.open('AAPL', '1d');
    store.open('MSFT', '1d');
    store.open('AAPL', '1d');
    waiting[2]?.(minutes(2));
    await ready();
    waiting[0]?.(refused('UNAVAILABLE'));
    waiting[1]?.(minutes(1));
    await handled();
    store.apply(tick(NOW + 20, 12, 5));
    store.apply(tick(NOW + 21, 12, 6));
    expect(shown()).toMatchObject({ symbol: 'AAPL', status: 'ready', failure: null });
    expect(shown()?.bars).toHaveLength(3);
  });

  test('of two refreshes the later one counts, whichever is answered first', async () => {
    const waiting: ((answer: Answer) => void)[] = [];
    const { store, shown, ready } = open(() => new Promise<Answer>((resolve) => waiting.push(resolve)));
    store.open('AAPL', '1d');
    waiting[0]?.(minutes(2));
    await ready();
    store.refresh();
    store.refresh();
    waiting[2]?.(minutes(1, NOW + 60));
    await until(() => shown()?.bars.length === 3);
    waiting[1]?.(refused('UNAVAILABLE'));
    await handled();
    expect(shown()).toMatchObject({ stale: false, failure: null });
  });
});
