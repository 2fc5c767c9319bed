import { expect, test } from '@jest/globals';
import { plural } from '../../../dashboard/src/lib/plural.ts';

test('a count has its noun in the number that fits', () => {
  expect(plural(0, 'signal')).toBe('0 signals');
  expect(plural(1, 'signal')).toBe('1 signal');
  expect(plural(2_000, 'signal')).toBe('2,000 signals');
  expect(plural(1, 'print was', 'prints were')).toBe('1 print was');
  expect(plural(3, 'print was', 'prints were')).toBe('3 prints were');
});
