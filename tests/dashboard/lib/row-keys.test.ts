import { expect, test } from '@jest/globals';
import { rowKeys } from '../../../dashboard/src/lib/row-keys.ts';

test('rows of equal data have keys of their own, and the same ones when a row is added before or behind', () => {
  const keysOf = (rows: readonly string[]) => rowKeys(rows, (row) => row).map(([key]) => key);
  expect(keysOf(['a', 'b', 'a', 'a'])).toEqual(['a', 'b', 'a #1', 'a #2']);
  expect(keysOf(['c', 'a', 'b', 'a', 'a', 'b'])).toEqual(['c', 'a', 'b', 'a #1', 'a #2', 'b #1']);
});
