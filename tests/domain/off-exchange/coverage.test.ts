import { describe, expect, test } from '@jest/globals';
import { createMarketHours } from '../../../src/domain/market/market-hours.ts';
import { createCoverage, openGaps } from '../../../src/domain/off-exchange/coverage.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';

const FRIDAY = '2026-06-12';
const MONDAY = '2026-06-15';
const TUESDAY = '2026-06-16';
const at = (day: string, hour: number, minute = 0): number => newYorkTime(day, 60 * hour + minute);
const hours = createMarketHours('us-equities');
const gap = (day: string, from: number, to: number) => ({ day, from, to, filled: [] });

describe('a gap', () => {
  test('between two moments of one session is as long as they say', () => {
    expect(openGaps(at(MONDAY, 10), at(MONDAY, 10, 1) + 500, hours)).toEqual([
      gap(MONDAY, at(MONDAY, 10), at(MONDAY, 10, 1) + 500),
    ]);
  });

  test('has nothing of the night, and is one of each day', () => {
    expect(openGaps(at(FRIDAY, 19), at(MONDAY, 5), hours)).toEqual([
      gap(FRIDAY, at(FRIDAY, 19), at(FRIDAY, 20)),
      gap(MONDAY, at(MONDAY, 4), at(MONDAY, 5)),
    ]);
  });

  test('is none while the market is closed: at night, at the weekend, on a holiday', () => {
    expect(openGaps(at(FRIDAY, 21), at(MONDAY, 3), hours)).toEqual([]);
    expect(openGaps(at('2026-12-25', 9), at('2026-12-25', 16), hours)).toEqual([]);
  });

  test('that begins or ends within a minute loses none of its seconds', () => {
    const opening = at(MONDAY, 4);
    expect(openGaps(opening - 30_000, opening + 20_000, hours)).toEqual([
      gap(MONDAY, opening, opening + 20_000),
    ]);
    const end = at(MONDAY, 20);
    expect(openGaps(end - 90_500, end + 30_000, hours)).toEqual([gap(MONDAY, end - 90_500, end)]);
  });

  test('ends with the afternoon of a half day', () => {
    const half = '2026-11-27';
    expect(openGaps(at(half, 12), at(half, 23), hours)).toEqual([gap(half, at(half, 12), at(half, 17))]);
  });

  test('is split at midnight where the market is always open', () => {
    expect(openGaps(at(MONDAY, 23, 59), at('2026-06-16', 0, 1), createMarketHours('always'))).toEqual([
      gap(MONDAY, at(MONDAY, 23, 59), at('2026-06-16', 0)),
      gap('2026-06-16', at('2026-06-16', 0), at('2026-06-16', 0, 1)),
    ]);
  });
});

describe('what is covered', () => {
  const begun = (coveredUntil: number | null) => {
    const coverage = createCoverage(hours);
    coverage.resume(coveredUntil);
    return coverage;
  };

  test('after a start on nothing has no gap', () => {
    const coverage = begun(null);
    expect(coverage.set(true, at(MONDAY, 10))).toEqual([]);
    expect(coverage.take()).toEqual([]);
  });

  test('after the engine before goes on with the gap between, and ends when the feed does', () => {
    const coverage = begun(at(MONDAY, 10));
    expect(coverage.until(at(MONDAY, 11))).toBe(at(MONDAY, 10));
    expect(coverage.set(true, at(MONDAY, 10, 5))).toEqual([gap(MONDAY, at(MONDAY, 10), at(MONDAY, 10, 5))]);
    expect(coverage.until(at(MONDAY, 11))).toBe(at(MONDAY, 11));
    coverage.set(false, at(MONDAY, 12));
    expect(coverage.until(at(MONDAY, 13))).toBe(at(MONDAY, 12));
  });

  test('has a gap of every break, however short, and none where nothing broke', () => {
    const coverage = begun(at(MONDAY, 10));
    expect(coverage.set(true, at(MONDAY, 10))).toEqual([]);
    coverage.set(false, at(MONDAY, 10));
    expect(coverage.set(true, at(MONDAY, 10))).toEqual([gap(MONDAY, at(MONDAY, 10), at(MONDAY, 10) + 1)]);
    coverage.set(false, at(MONDAY, 10));
    expect(coverage.set(true, at(MONDAY, 10))).toEqual([gap(MONDAY, at(MONDAY, 10) + 1, at(MONDAY, 10) + 2)]);
  });

  test('after more than a week has the gaps of the last seven days', () => {
    const gaps = begun(at('2026-05-01', 10)).set(true, at(MONDAY, 10));
    expect(gaps[0]!.from).toBe(at('2026-06-08', 10));
  });

  test('names the symbols for which a gap is filled, once for each change', () => {
    const coverage = begun(at(MONDAY, 10));
    const [broken] = coverage.set(true, at(MONDAY, 10, 5));
    expect(coverage.take()).toEqual([broken]);
    coverage.fill(broken!, 'AAPL');
    coverage.fill(broken!, 'SPY');
    expect(coverage.take()).toEqual([{ ...broken, filled: ['AAPL', 'SPY'] }]);
    expect(coverage.take()).toEqual([]);
  });

  test('is filled no more once a gap of a later day has begun, which leaves all gaps of its own time', () => {
    const coverage = begun(at(MONDAY, 10));
    const [broken] = coverage.set(true, at(MONDAY, 10, 5));
    coverage.set(false, at(MONDAY, 19));
    const [evening, morning] = coverage.set(true, at(TUESDAY, 5));
    coverage.take();
    coverage.fill(evening!, 'AAPL');
    coverage.fill(morning!, 'AAPL');
    expect(coverage.take()).toEqual([evening, morning].map((one) => ({ ...one, filled: ['AAPL'] })));
    coverage.set(false, at(TUESDAY, 6));
    const [later] = coverage.set(true, at(TUESDAY, 7));
    coverage.take();
    for (const one of [broken!, evening!, later!]) coverage.fill(one, 'SPY');
    expect(coverage.take()).toEqual([{ ...later, filled: ['SPY'] }]);
  });
});
