import { expect, test } from '@jest/globals';
import { clockOf } from '../../../dashboard/src/lib/clock.ts';
import { manualTimers } from '../support/timers.ts';

test('all who read the time at one pace share one timer, and none is left behind them', () => {
  const timers = manualTimers(0);
  const ticks: string[] = [];
  const leaves = ['a', 'b', 'c'].map((name) =>
    clockOf(timers, 1_000).join((now) => ticks.push(`${name} ${now}`)),
  );
  expect(timers.waits()).toEqual([1_000]);
  clockOf(timers, 5_000).join(() => {})();
  timers.advance(1_000);
  expect(ticks).toEqual(['a 1000', 'b 1000', 'c 1000']);
  leaves[0]!();
  leaves[0]!();
  timers.advance(1_000);
  expect(ticks.slice(3)).toEqual(['b 2000', 'c 2000']);
  for (const leave of leaves) leave();
  expect(timers.waits()).toEqual([]);
  // Who comes later starts it again.
  clockOf(timers, 1_000).join((now) => ticks.push(`d ${now}`));
  timers.advance(1_000);
  expect(ticks.at(-1)).toBe('d 3000');
});
