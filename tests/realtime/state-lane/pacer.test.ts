import { expect, test } from '@jest/globals';
import { createPacer } from '../../../src/realtime/state-lane/pacer.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('work that takes no time is done as often as it is asked for, once a turn', async () => {
  let done = 0;
  const pacer = createPacer(createManualClock(0), () => {
    done += 1;
  });
  pacer.request();
  pacer.request();
  expect(done).toBe(1);
  await endOfTurn();
  expect(done).toBe(2);
});

test('work that takes long rests as long before it is done again, and is never forgotten', async () => {
  const clock = createManualClock(0);
  const doneAt: number[] = [];
  const pacer = createPacer(clock, () => {
    doneAt.push(clock.now());
    clock.advance(40);
  });
  pacer.request();
  await endOfTurn();
  pacer.request();
  clock.advance(39);
  expect(doneAt).toEqual([0]);
  clock.advance(1);
  expect(doneAt).toEqual([0, 80]);
  await endOfTurn();
  clock.advance(1_000);
  expect(doneAt).toEqual([0, 80]);
  pacer.request();
  expect(doneAt).toHaveLength(3);
  await endOfTurn();
});

test('nothing is done after the stop, and no timer is left', async () => {
  const clock = createManualClock(0);
  let done = 0;
  const pacer = createPacer(clock, () => {
    done += 1;
    clock.advance(5);
  });
  pacer.request();
  await endOfTurn();
  pacer.request();
  pacer.stop();
  pacer.request();
  clock.advance(100);
  expect([done, clock.pending()]).toEqual([1, 0]);
});
