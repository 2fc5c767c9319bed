import { describe, expect, test } from '@jest/globals';
import { createMarketHours } from '../../../src/domain/market/market-hours.ts';
import { completenessOf } from '../../../src/domain/off-exchange/completeness.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';

const MONDAY = '2026-06-15';
const at = (hour: number, minute = 0): number => newYorkTime(MONDAY, 60 * hour + minute);
const hours = createMarketHours('us-equities');
const gap = (from: number, to: number) => ({ from, to });
const NOTHING = { summedSince: null, interruptedSince: null };

const none = { gaps: [], followedSince: null };

describe('a day', () => {
  const parts = { day: MONDAY, now: at(15), isFlowing: true, hours };

  test('is summed since the end of the gap with which its market began', () => {
    const gaps = [gap(at(4), at(14)), gap(at(14, 20), at(14, 21))];
    expect(completenessOf({ ...none, gaps, coveredUntil: at(15) }, parts)).toEqual({
      summedSince: at(14),
      interruptedSince: null,
    });
  });

  test('is summed as a whole where its gaps came later, or there is none', () => {
    const gaps = [gap(at(4, 1), at(4, 2))];
    expect(completenessOf({ ...none, gaps, coveredUntil: at(15) }, parts)).toEqual(NOTHING);
    expect(completenessOf({ ...none, coveredUntil: at(15) }, parts)).toEqual(NOTHING);
  });
});

describe('a symbol', () => {
  const parts = { day: MONDAY, now: at(15), isFlowing: true, hours };
  const since = (followedSince: number, gaps: readonly ReturnType<typeof gap>[] = []) =>
    completenessOf({ gaps, followedSince, coveredUntil: at(15) }, parts).summedSince;

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

describe('an outage that goes on', () => {
  const parts = { day: MONDAY, now: at(15), isFlowing: false, hours };

  test('is told since the last moment that is covered', () => {
    expect(completenessOf({ ...none, coveredUntil: at(14, 30) }, parts)).toEqual({
      summedSince: null,
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
