/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { createTradesStore, isTrade } from '../../../dashboard/src/stores/trades.ts';
import { executed } from '../support/fixtures.ts';

test('trades are kept newest first, two hundred of them', () => {
  const trades = createTradesStore();
  for (let seq = 1; seq <= 250; seq += 1) {
    const entry = executed(seq);
    if (isTrade(entry)) trades.add(entry);
  }
  const { entries } = trades.getState();
  expect(entries).toHaveLength(200);
  expect(entries[0]?.payload.seq).toBe(250);
});

test('older trades are known of where the journal begins before what was read, and where the list is full', () => {
  const trades = createTradesStore();
  trades.reset([executed(1), executed(2)]);
  expect(trades.getState().older).toBe(false);
  trades.reset([executed(2)]);
  expect(trades.getState().older).toBe(true);
  trades.reset(Array.from({ length: 200 }, (_, index) => executed(index + 1)));
  expect(trades.getState().older).toBe(false);
  const next = executed(201);
  if (isTrade(next)) trades.add(next);
  expect(trades.getState().older).toBe(true);
});
