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
