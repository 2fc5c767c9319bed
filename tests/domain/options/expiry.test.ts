import { expect, test } from '@jest/globals';
import { expiryTime, yearsUntil } from '../../../src/domain/options/expiry.ts';

const iso = (expiry: string): string => new Date(expiryTime(expiry)).toISOString();
const DAY = 1 / 365;

test('contracts expire at the close of their day in New York, in winter, in summer and on a half day', () => {
  expect(iso('2025-12-19')).toBe('2025-12-19T21:00:00.000Z');
  expect(iso('2026-06-18')).toBe('2026-06-18T20:00:00.000Z');
  expect(iso('2015-12-24')).toBe('2015-12-24T18:00:00.000Z');
});

test('contracts of before 2015 expire on a Saturday, at the usual time', () => {
  expect(iso('2014-06-21')).toBe('2014-06-21T20:00:00.000Z');
});

test('the time left is counted in days of more than one, in the last minute as a minute, and not after the end', () => {
  const end = Date.parse('2025-12-19T21:00:00Z');
  expect(yearsUntil('2025-12-19', Date.parse('2025-12-09T21:00:00Z'))).toBeCloseTo(10 * DAY, 10);
  expect(yearsUntil('2025-12-19', end - 1_000)).toBeCloseTo(DAY / 1_440, 12);
  expect(yearsUntil('2025-12-19', end)).toBeNull();
});
