import { expect, test } from '@jest/globals';
import { createStallWatch, STALL_LOOK_MS, STALL_MS } from '../../src/lib/stall-watch.ts';
import { createManualClock } from '../support/manual-clock.ts';

/** A clock whose timers fall due only when the process runs: `stop` lets time pass without it. */
function start() {
  const clock = createManualClock('2026-06-15T15:00:00Z');
  let stoodStill = 0;
  const watch = createStallWatch({ clock: { ...clock, now: () => clock.now() + stoodStill } });
  const stalls: number[] = [];
  watch.onStall((ms) => stalls.push(ms));
  watch.start();
  const stop = (ms: number): void => {
    stoodStill += ms;
    clock.advance(STALL_LOOK_MS);
  };
  return { clock, watch, stalls, stop };
}

test('a process that stood still for two seconds or more is told for how long, once', () => {
  const { clock, stalls, stop } = start();
  clock.advance(60_000);
  stop(10_000);
  clock.advance(60_000);
  expect(stalls).toEqual([10_000 + STALL_LOOK_MS]);
});

test('a busy loop is not a stall', () => {
  const { stalls, stop } = start();
  for (let i = 0; i < 20; i++) stop(STALL_MS - STALL_LOOK_MS - 1);
  expect(stalls).toEqual([]);
});

test('what stood still before the start is nobody’s stall, and a stopped watch has no timer', () => {
  const { clock, watch, stalls, stop } = start();
  watch.stop();
  expect(clock.pending()).toBe(0);
  stop(60_000);
  watch.start();
  clock.advance(60_000);
  expect(stalls).toEqual([]);
});
