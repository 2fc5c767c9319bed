/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { contractNamed, readTypedContract } from '../../../dashboard/src/lib/typed-contract.ts';

test.each([
  ['O:SPY251219C00650000', 'O:SPY251219C00650000'],
  ['spy251219c00650000', 'O:SPY251219C00650000'],
  ['SPY   251219C00650000', 'O:SPY251219C00650000'],
  ['spy 251219 650 c', 'O:SPY251219C00650000'],
  ['SPY 2025-12-19 650.5 put', 'O:SPY251219P00650500'],
  ['aapl 251219 p 45', 'O:AAPL251219P00045000'],
  ['SPY 19 Dec 2025 650 call', 'O:SPY251219C00650000'],
  ['spy 2 jan 2026 560.5 put', 'O:SPY260102P00560500'],
  // The case counts: this preferred share has no contracts, and another company has.
  ['AMpB 251219 25 c', null],
  // No such day, no right, no expiry, no contract at all.
  ['SPY 31 Feb 2026 650 call', null],
  ['SPY 250230 650 c', null],
  ['SPY 251219 650', null],
  ['SPY 650 call', null],
  ['SPY', null],
  ['SPY 251219 c 650 p', null],
  // Symbols have two digits of year: they are of this century.
  ['SPY 1999-12-17 650 c', null],
  ['SPY 17 Dec 1999 650 c', null],
])('“%s” names %s', (text, symbol) => {
  expect(contractNamed(text)).toBe(symbol);
});

test.each(['brk.b 500', 'brk-b 500', 'BRK/B 500'])('%s is about contracts of BRK.B', (text) => {
  expect(readTypedContract(text)).toMatchObject({ root: 'BRK.B', strike: 500 });
});

test('a preferred share is not taken for the company of the same letters', () => {
  expect(readTypedContract('AMpB 25')).toMatchObject({ root: 'AMpB' });
  expect(readTypedContract('ampb 25')).toMatchObject({ root: 'AMPB' });
});

test('what is said of a contract in part is read in part', () => {
  expect(readTypedContract('spy 650')).toEqual({ root: 'SPY', expiry: null, strike: 650, right: null });
  expect(readTypedContract('spy $650 calls')).toEqual({
    root: 'SPY',
    expiry: null,
    strike: 650,
    right: 'call',
  });
  expect(readTypedContract('spy 251219 650')).toMatchObject({ expiry: '2025-12-19', right: null });
  expect(readTypedContract('apple inc')).toBeNull();
  expect(readTypedContract('650')).toBeNull();
  expect(readTypedContract('spy 251332 650')).toBeNull();
  expect(readTypedContract('e.g. 5')).toBeNull();
});
