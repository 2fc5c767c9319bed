import { describe, expect, test } from '@jest/globals';
import { nextQuoted } from '../../../src/domain/off-exchange/quoted-symbols.ts';

const ranks = (...symbols: string[]): readonly string[] => symbols;
const next = (quoted: string, heaviest: readonly string[]): string =>
  [...nextQuoted(new Set(quoted), heaviest, 3, 2)].sort().join('');

describe('of three symbols that have quotes, with a lead of two ranks', () => {
  test('are the heaviest at first', () => {
    expect(next('', ranks('A', 'B', 'C', 'D', 'E'))).toBe('ABC');
  });

  test('none is replaced by one that has just overtaken it, and neither the next time', () => {
    expect(next('ABC', ranks('A', 'B', 'D', 'C', 'E'))).toBe('ABC');
    expect(next('ABC', ranks('A', 'D', 'B', 'C', 'E'))).toBe('ABC');
  });

  test('one is replaced by a symbol that leads by more', () => {
    expect(next('ABC', ranks('D', 'A', 'B', 'C', 'E'))).toBe('ABD');
  });

  test('those without prints keep theirs while there is room', () => {
    expect(next('XYZ', ranks('A'))).toBe('AXY');
    expect(next('XYZ', ranks('A', 'B', 'C'))).toBe('ABC');
    expect(next('XYZ', ranks())).toBe('XYZ');
  });
});

test('at most five hundred have quotes', () => {
  const many = Array.from({ length: 600 }, (_, rank) => `S${rank}`);
  const quoted = nextQuoted(new Set(), many);
  expect(quoted.size).toBe(500);
  expect(nextQuoted(quoted, many.toReversed())).not.toEqual(quoted);
});
