import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPriceHeap, type Ranked } from '../../../src/adapters/paper/price-heap.ts';

test('a heap finds exactly what is in it up to a rank, whatever came and went before', () => {
  const step = fc.record({ rank: fc.integer({ min: 0, max: 20 }), remove: fc.boolean(), pick: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: -1, max: 21 }), (steps, upTo) => {
      const heap = createPriceHeap<Ranked>();
      const kept: Ranked[] = [];
      for (const { rank, remove, pick } of steps) {
        if (remove && kept.length > 0) {
          for (const item of kept.splice(pick % kept.length, 1)) heap.remove(item);
        } else {
          const item = { rank, slot: 0 };
          kept.push(item);
          heap.add(item);
        }
      }
      expect(heap.size).toBe(kept.length);
      expect(new Set(heap.upTo(upTo))).toEqual(new Set(kept.filter(({ rank }) => rank <= upTo)));
    }),
  );
});
