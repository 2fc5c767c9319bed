import { expect, test } from '@jest/globals';
import { createRounds } from '../../src/lib/rounds.ts';

test('a round is made in parts of bounded time, and sees everything once before anything again', () => {
  let now = 0;
  const seen: number[] = [];
  const items = new Set([1, 2, 3, 4, 5]);
  const rounds = createRounds(
    () => items,
    (item) => {
      now += 4;
      seen.push(item);
    },
    8,
    () => now,
  );
  expect(rounds.part()).toBe(true);
  expect(seen).toEqual([1, 2]);
  items.delete(3);
  items.add(6);
  expect([rounds.part(), rounds.part()]).toEqual([true, false]);
  expect(seen).toEqual([1, 2, 4, 5, 6]);
  expect(rounds.part()).toBe(true);
  expect(seen).toEqual([1, 2, 4, 5, 6, 1, 2]);
});
