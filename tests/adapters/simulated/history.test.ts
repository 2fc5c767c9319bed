import { describe, expect, test } from '@jest/globals';
import { createSimulatedFeed } from '../../../src/adapters/simulated/feed.ts';
import { createSimulatedHistory } from '../../../src/adapters/simulated/history.ts';
import { createTurns } from '../../../src/adapters/simulated/turns.ts';
import { aggregateBars, type BarSize } from '../../../src/domain/market/bars.ts';
import type { BarRequest } from '../../../src/domain/market/history.ts';
import { createCollectingSink } from '../../support/collecting-sink.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const NOW = '2026-11-20T15:04:30Z';
const at = (iso: string): number => Date.parse(iso);

function open(now = NOW, seed = 1) {
  const clock = createManualClock(now);
  const history = createSimulatedHistory({ clock, turns: createTurns(), seed });
  const ask = async (size: BarSize, from: string, to: string, more: Partial<BarRequest> = {}) =>
    history.bars({
      symbol: 'AAPL',
      ...size,
      from: at(from),
      to: at(to),
      adjusted: true,
      limit: 5_000,
      ...more,
    });
  return { clock, history, ask };
}
const MINUTES = { timespan: 'minute', multiplier: 1 } as const;
const DAYS = { timespan: 'day', multiplier: 1 } as const;

describe('the history of the simulated market', () => {
  test('has five years of days, each of which begins where the one before ended', async () => {
    const { bars } = await open().ask(DAYS, '2015-01-01', '2030-01-01');
    expect(new Date(bars[0]!.start).toISOString()).toBe('2021-11-20T05:00:00.000Z');
    expect(bars).toHaveLength(1_827);
    for (const [index, { open: opened, high, low, close, volume }] of bars.entries()) {
      expect(high).toBeGreaterThanOrEqual(Math.max(opened, close));
      expect(low).toBeLessThanOrEqual(Math.min(opened, close));
      expect(volume).toBeGreaterThan(0);
      if (index > 0) expect(opened).toBe(bars[index - 1]!.close);
    }
  });

  test('has the minutes of the last ten sessions, to the last one that is over', async () => {
    const { bars } = await open().ask(MINUTES, '2026-01-01', NOW, { limit: 50_000 });
    expect(new Date(bars[0]!.start).toISOString()).toBe('2026-11-11T05:00:00.000Z');
    expect(new Date(bars.at(-1)!.start).toISOString()).toBe('2026-11-20T15:03:00.000Z');
    for (let i = 1; i < bars.length; i++) expect(bars[i]!.start - bars[i - 1]!.start).toBe(60_000);
  });

  test('has half hours and hours of the last ninety sessions, which are what their minutes make', async () => {
    const halfHours = { timespan: 'minute', multiplier: 30 } as const;
    const range = ['2026-01-01T05:00:00Z', '2026-11-20T04:59:00Z'] as const;
    const { bars } = await open().ask(halfHours, ...range);
    expect(new Date(bars[0]!.start).toISOString()).toBe('2026-08-23T04:00:00.000Z');
    // The clocks went back on 1 November: that day has fifty half hours.
    expect(bars).toHaveLength(89 * 48 + 2);
    const { bars: minutes } = await open().ask(MINUTES, '2026-11-18T05:00:00Z', '2026-11-20T04:59:00Z');
    const lately = bars.filter(({ start }) => start >= minutes[0]!.start);
    expect(aggregateBars(minutes, halfHours, minutes[0]!.start)).toEqual(lately);
    const { bars: hours } = await open().ask({ timespan: 'hour', multiplier: 1 }, ...range);
    expect(hours).toHaveLength(bars.length / 2);
  });

  test('is the same for the same seed, and of days it is what their minutes make', async () => {
    const range = ['2026-11-12T05:00:00Z', '2026-11-19T05:00:00Z'] as const;
    const { bars: days } = await open().ask(DAYS, ...range);
    expect((await open().ask(DAYS, ...range)).bars).toEqual(days);
    expect((await open(NOW, 2).ask(DAYS, ...range)).bars).not.toEqual(days);
    const { bars: minutes } = await open().ask(MINUTES, '2026-11-12T05:00:00Z', '2026-11-20T04:59:00Z', {
      limit: 50_000,
    });
    expect(aggregateBars(minutes, DAYS, minutes[0]!.start)).toEqual(days);
  });

  test('does not change when time goes on', async () => {
    const before = await open().ask(DAYS, '2026-11-01T05:00:00Z', '2026-11-12T05:00:00Z');
    const after = await open('2026-12-20T15:04:30Z').ask(
      DAYS,
      '2026-11-01T05:00:00Z',
      '2026-11-12T05:00:00Z',
    );
    expect(after.bars).toEqual(before.bars);
  });

  test('leads to the price of the feed', async () => {
    const { clock, history } = open();
    const feed = createSimulatedFeed({ clock, seed: 1, updatesPerSecond: 5 });
    const sink = createCollectingSink();
    feed.start(sink);
    feed.setSymbols(new Set(['AAPL']));
    const { day, minute, previousDay } = await history.snapshot('AAPL');
    const [today] = sink.days;
    expect(previousDay?.close).toBe(today!.previousClose);
    expect(day).toMatchObject({ open: today!.open, high: today!.high, low: today!.low, close: today!.last });
    expect(Math.abs(sink.trades[0]!.price / minute!.close - 1)).toBeLessThan(0.002);
    await feed.stop();
  });

  test('keeps the newest bars of a range that holds too many, and says that there are older ones', async () => {
    const page = await open().ask(MINUTES, '2026-11-19T05:00:00Z', NOW, { limit: 3 });
    expect(page.bars.map(({ start }) => new Date(start).toISOString().slice(11, 16))).toEqual([
      '15:01',
      '15:02',
      '15:03',
    ]);
    expect(page.truncated).toBe(true);
    expect((await open().ask(DAYS, '2026-11-19T05:00:00Z', NOW, { limit: 3 })).truncated).toBe(false);
  });

  test('has only the symbols of its market', async () => {
    await expect(open().ask(DAYS, '2026-11-19', NOW, { symbol: 'NOSUCH' })).rejects.toMatchObject({
      code: 'UNKNOWN_SYMBOL',
    });
    await expect(open().history.snapshot('NOSUCH')).rejects.toMatchObject({ code: 'UNKNOWN_SYMBOL' });
  });
});

describe('the live bar', () => {
  test.each([
    ['between two minutes', '2026-11-20T15:04:30Z'],
    ['between two days', '2026-11-20T04:58:30Z'],
    ['at the end of the day with 25 hours', '2026-11-02T04:58:30Z'],
    ['in the hour that comes twice', '2026-11-01T05:58:30Z'],
    ['over the hour that is left out', '2026-03-08T06:58:30Z'],
    ['at the end of the day with 23 hours', '2026-03-09T03:58:30Z'],
  ])('continues the history without a gap or a jump %s', async (_, now) => {
    const { clock, ask } = open(now);
    const feed = createSimulatedFeed({ clock, seed: 1, updatesPerSecond: 5 });
    const sink = createCollectingSink();
    const read = async () => (await ask(MINUTES, '2026-01-01', '2027-01-01', { limit: 50_000 })).bars;
    const before = await read();
    feed.start(sink);
    feed.setSymbols(new Set(['AAPL']));
    for (let i = 0; i < 180; i++) clock.advance(1_000);
    await feed.stop();

    const after = await read();
    expect(before.at(-1)!.start).toBe(at(now) - 90_000);
    expect(after.slice(-4, -1).map(({ start }) => start)).toEqual(
      [0, 1, 2].map((i) => at(now) - 90_000 + i * 60_000),
    );
    expect(after.slice(-4)[0]).toEqual(before.at(-1));
    // The minutes of which the feed has played the ticks are those that the history says afterwards.
    for (const { start, low, high, close } of after.slice(-2)) {
      const trades = sink.trades.filter(
        ({ sourceTime }) => sourceTime >= start && sourceTime < start + 60_000,
      );
      expect(trades.length).toBeGreaterThan(0);
      for (const { price } of trades) {
        expect(price).toBeGreaterThanOrEqual(low * 0.999);
        expect(price).toBeLessThanOrEqual(high * 1.001);
      }
      expect(Math.abs(trades.at(-1)!.price / close - 1)).toBeLessThan(0.001);
    }
    for (const [i, bar] of after.slice(-3).entries())
      expect(Math.abs(bar.open / after.slice(-4)[i]!.close - 1)).toBeLessThan(0.001);
  });
});
