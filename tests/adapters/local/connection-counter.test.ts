import { expect, test } from '@jest/globals';
import { createLocalConnectionCounter } from '../../../src/adapters/local/connection-counter.ts';

test('a connection takes the place of the one that it replaces, and no other', async () => {
  const places = createLocalConnectionCounter(2);
  expect([await places.acquire('ada', 'a1'), await places.acquire('ada', 'a2')]).toEqual([true, true]);
  expect(await places.acquire('ada', 'a3')).toBe(false);
  expect(await places.acquire('ada', 'a3', 'b1')).toBe(false);
  expect(await places.acquire('ada', 'a3', 'a1')).toBe(true);
  // The replaced one ends later, and has nothing to give back.
  places.release('ada', 'a1');
  expect(await places.acquire('ada', 'a4')).toBe(false);
});
