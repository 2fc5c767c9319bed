/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { expect, test } from '@jest/globals';
import { markLabel, markWeight } from '../../../dashboard/src/lib/new-york-scale.ts';

const at = (iso: string): number => Date.parse(iso) / 1_000;
/** What the axis writes at a bar that follows another. */
const mark = (before: string, bar: string): string => markLabel(at(bar), markWeight(at(bar), at(before)));

test.each([
  ['a day begins at midnight in New York', '2026-11-20T04:59:00Z', '2026-11-20T05:00:00Z', '20 Nov'],
  ['and not at midnight in Greenwich', '2026-11-19T23:59:00Z', '2026-11-20T00:00:00Z', '19:00'],
  ['the first bar of a session', '2026-11-19T21:00:00Z', '2026-11-20T14:30:00Z', '20 Nov'],
  ['in summer too', '2026-07-20T13:59:00Z', '2026-07-20T14:00:00Z', '10:00'],
  ['a month', '2026-10-30T04:00:00Z', '2026-11-02T05:00:00Z', 'Nov'],
  ['a year', '2025-12-31T05:00:00Z', '2026-01-02T05:00:00Z', '2026'],
])('%s', (_title, before, bar, label) => {
  expect(mark(before, bar)).toBe(label);
});

test('a full hour outweighs a half one, and a day outweighs both', () => {
  const weight = (iso: string, minutes: number) => markWeight(at(iso), at(iso) - minutes * 60);
  const half = weight('2026-11-20T15:30:00Z', 1);
  const full = weight('2026-11-20T16:00:00Z', 1);
  const day = weight('2026-11-20T05:00:00Z', 1);
  expect([half, full, day]).toEqual([half, full, day].toSorted((a, b) => a - b));
  expect(new Set([half, full, day]).size).toBe(3);
});
