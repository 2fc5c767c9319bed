import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createTurns } from '../../../src/adapters/simulated/turns.ts';

test('pieces of work take one turn of the loop each, first come, first served', async () => {
  const turns = createTurns();
  let turn = 0;
  let counting = true;
  const counted = (async () => {
    while (counting) {
      turn += 1;
      await nextTurn();
    }
  })();
  const done: [name: string, turn: number][] = [];
  const work = async (name: string): Promise<void> => {
    for (let piece = 0; piece < 4; piece++) {
      await turns.next();
      done.push([name, turn]);
    }
  };
  await Promise.all([work('a'), work('b'), work('c')]);
  counting = false;
  await counted;
  expect(done.map(([name]) => name).join('')).toBe('abcabcabcabc');
  expect(new Set(done.map(([, at]) => at)).size).toBe(done.length);
});

test('who waits at a stop is refused, and so is who comes later', async () => {
  const turns = createTurns();
  const waiting = turns.next();
  turns.stop();
  await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 2_000 });
  await expect(turns.next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
