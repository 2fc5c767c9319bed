import { describe, expect, test } from '@jest/globals';
import { createMarketHours } from '../../../src/domain/market/market-hours.ts';
import { completenessOf } from '../../../src/domain/off-exchange/completeness.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';

const MONDAY = '2026-06-15';
const at = (hour: number, minute = 0): number => newYorkTime(MONDAY, 60 * hour + minute);
const hours = createMarketHours('us-equities');
const gap = (from: number, to: number) => ({ from, to });
const NOTHING = { gaps: [], summedSince: null, interruptedSince: null };

const none = { gaps: [], followedSince: null, wholeMarket: null };

describe('a day', () => {
  const parts = { day: MONDAY, now: at(15), isFlowing: true, hours };

  test('is summed since the end of the gap with which its market began', () => {
    const gaps = [gap(at(4), at(14)), gap(at(14, 20), at(14, 21))];
    expect(completenessOf({ ...none, gaps, coveredUntil: at(15) }, parts)).toEqual({
      gaps,
      summedSince: at(14),
      interruptedSince: null,
    });
  });

  test('is summed as a whole where its gaps came later, or there is none', () => {
    const gaps = [gap(at(4, 1), at(4, 2))];
    expect(completenessOf({ ...none, gaps, coveredUntil: at(15) }, parts)).toEqual({
      ...NOTHING,
      gaps,
    });
    expect(completenessOf({ ...none, coveredUntil: at(15) }, parts)).toEqual(NOTHING);
  });
});

describe('a symbol', () => {
  const parts = { day: MONDAY, now: at(15), isFlowing: true, hours };
  const since = (followedSince: number, gaps: readonly ReturnType<typeof gap>[] = []) =>
    completenessOf({ ...none, gaps, followedSince, coveredUntil: at(15) }, parts).summedSince;

  test('is summed since it was first followed, where that was later than the gap of the start', () => {
    expect(since(at(14, 9), [gap(at(4), at(14))])).toBe(at(14, 9));
    expect(since(at(14, 9))).toBe(at(14, 9));
    expect(since(at(13), [gap(at(4), at(14))])).toBe(at(14));
  });

  test('is summed as a whole where it was followed before the market began', () => {
    expect(since(at(0))).toBeNull();
    expect(since(at(4))).toBeNull();
  });
});

describe('where every symbol was summed for a part of the day', () => {
  const parts = { day: MONDAY, now: at(15), isFlowing: true, hours };
  const stored = { ...none, coveredUntil: at(15) };

  test('one that nobody followed is summed since then, and one that was followed before since it was', () => {
    const wholeMarket = { since: at(10), until: null };
    const since = (followedSince: number | null) =>
      completenessOf({ ...stored, followedSince, wholeMarket }, parts).summedSince;
    expect([since(null), since(at(9)), since(at(4)), since(at(11))]).toEqual([at(10), at(9), null, at(10)]);
  });

  test('the rest of the day is one gap of those that nobody followed then', () => {
    const wholeMarket = { since: at(0), until: at(12) };
    const gaps = [gap(at(8), at(9)), gap(at(12), at(12, 1)), gap(at(13), at(14))];
    const known = completenessOf({ ...stored, gaps, wholeMarket }, parts);
    expect(known).toEqual({ ...NOTHING, gaps: [gap(at(8), at(9)), gap(at(12), at(15))] });
    const followed = completenessOf({ ...stored, gaps, wholeMarket, followedSince: at(12, 1) }, parts);
    expect(followed).toEqual({ ...NOTHING, gaps, summedSince: at(12, 1) });
  });

  test('a day that ended before the market did has no gap behind its end', () => {
    const wholeMarket = { since: at(0), until: at(21) };
    expect(completenessOf({ ...stored, wholeMarket }, { ...parts, now: at(22) })).toEqual(NOTHING);
  });
});

describe('an outage that goes on', () => {
  const parts = { day: MONDAY, now: at(15), isFlowing: false, hours };

  test('is told since the last moment that is covered', () => {
    expect(completenessOf({ ...none, coveredUntil: at(14, 30) }, parts)).toEqual({
      ...NOTHING,
      interruptedSince: at(14, 30),
    });
  });

  test('is told since the market of the day began, where it began before', () => {
    const before = { ...none, coveredUntil: at(4) - 3_600_000 };
    expect(completenessOf(before, parts).interruptedSince).toBe(at(4));
    expect(completenessOf({ ...none, coveredUntil: null }, parts).interruptedSince).toBe(at(4));
  });

  test('is none at night, and none of a day that is over', () => {
    const stored = { ...none, coveredUntil: at(20) };
    expect(completenessOf(stored, { ...parts, now: at(21) })).toEqual(NOTHING);
    expect(completenessOf({ ...none, coveredUntil: at(14) }, { ...parts, now: at(15) + 86_400_000 })).toEqual(
      NOTHING,
    );
  });
});
