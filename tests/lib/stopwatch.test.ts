import { afterEach, expect, jest, test } from '@jest/globals';
import type { Clock } from '../../src/lib/clock.ts';
import { startStopwatch } from '../../src/lib/stopwatch.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

/** The two clocks of a machine, moved one by one. */
function clocks() {
  let wall = 1_000_000;
  let monotonic = 50;
  jest.spyOn(performance, 'now').mockImplementation(() => monotonic);
  const clock: Clock = { now: () => wall, after: () => () => {}, every: () => () => {} };
  return {
    clock,
    pass(ms: number) {
      wall += ms;
      monotonic += ms;
    },
    setWall(ms: number) {
      wall += ms;
    },
  };
}

test('a wall clock that is set back does not win time', () => {
  const { clock, pass, setWall } = clocks();
  const elapsed = startStopwatch(clock);
  pass(4_000);
  setWall(-3_600_000);
  expect(elapsed()).toBe(4_000);
});

test('the sleep of a machine counts, though its monotonic clock slept too', () => {
  const { clock, pass, setWall } = clocks();
  const elapsed = startStopwatch(clock);
  pass(1_000);
  setWall(30_000);
  expect(elapsed()).toBe(31_000);
});
