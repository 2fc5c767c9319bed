import { beforeEach, describe, expect, test } from '@jest/globals';
import { type OnceATurn, onceATurn } from '../../../src/realtime/features/once-a-turn.ts';

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work that is done once a turn', () => {
  let runs: number;
  let work: OnceATurn;
  beforeEach(() => {
    runs = 0;
    work = onceATurn(() => {
      runs += 1;
    });
  });

  test('serves every request of its turn, and those of the next one again', async () => {
    work.request();
    work.request();
    expect(runs).toBe(0);
    await endOfTurn();
    expect(runs).toBe(1);
    work.request();
    await endOfTurn();
    expect(runs).toBe(2);
  });

  test('is not done after the stop, whether it was requested before or after', async () => {
    work.request();
    work.stop();
    await endOfTurn();
    work.request();
    await endOfTurn();
    expect(runs).toBe(0);
  });
});
