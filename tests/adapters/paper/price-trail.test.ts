import { expect, test } from '@jest/globals';
import { createPriceTrail, TRAIL_MS } from '../../../src/adapters/paper/price-trail.ts';

test('the lowest and the highest price since a moment are known, whatever came before', () => {
  const trail = createPriceTrail();
  for (const [at, price] of [100, 90, 110, 95, 105, 100].entries()) trail.add(price, at);
  expect(trail.since(0)).toEqual({ low: 90, high: 110 });
  expect(trail.since(2)).toEqual({ low: 95, high: 110 });
  expect(trail.since(4)).toEqual({ low: 100, high: 105 });
  expect(trail.since(5)).toEqual({ low: 100, high: 100 });
  expect(trail.since(6)).toBeNull();
});

test('a price of long ago is forgotten once another comes', () => {
  const trail = createPriceTrail();
  trail.add(90, 0);
  trail.add(100, TRAIL_MS + 1);
  expect(trail.since(0)).toEqual({ low: 100, high: 100 });
});
