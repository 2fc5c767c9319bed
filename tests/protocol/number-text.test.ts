import { expect, test } from '@jest/globals';
import { DOLLARS, numberFormat, showNumber } from '../../src/protocol/number-text.ts';

const dollars = numberFormat({ ...DOLLARS, maximumFractionDigits: 4 });

test.each([
  [0, '$0.00'],
  [-0, '$0.00'],
  ['-0', '$0.00'],
  ['-0.00004', '$0.00'],
  ['-0.0001', '−$0.0001'],
  [-1_050, '−$1,050.00'],
  ['123456789012345678.1234', '$123,456,789,012,345,678.1234'],
] as const)('%s is shown as %s', (value, text) => {
  expect(showNumber(dollars, value)).toBe(text);
});
