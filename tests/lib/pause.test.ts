import { expect, test } from '@jest/globals';
import { pause } from '../../src/lib/pause.ts';
import { createManualClock } from '../support/manual-clock.ts';

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const clock = createManualClock('2026-03-02T15:00:00.000Z');

test('a pause lasts its time', async () => {
  let over = false;
  void pause(clock, 100).then(() => {
    over = true;
  });
  clock.advance(99);
  await endOfTurn();
  expect(over).toBe(false);
  clock.advance(1);
  await endOfTurn();
  expect(over).toBe(true);
});

test('a pause that is aborted is over at once, also where it begins after the abort', async () => {
  const stopped = new AbortController();
  const running = pause(clock, 100, stopped.signal);
  stopped.abort();
  await running;
  await pause(clock, 100, stopped.signal);
});
