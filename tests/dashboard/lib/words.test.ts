import { describe, expect, test } from '@jest/globals';
import { entryFor, textFor } from '../../../dashboard/src/lib/words.ts';

describe('words of the wire', () => {
  const texts = { partially_filled: 'Filled in part' };

  test('have their text', () => {
    expect(textFor(texts, 'partially_filled')).toBe('Filled in part');
    expect(entryFor(texts, 'partially_filled')).toBe('Filled in part');
  });

  test.each([
    ['pending_replace', 'Pending replace'],
    ['PRICE_BAND', 'Price band'],
    ['warming-up', 'Warming up'],
    ['constructor', 'Constructor'],
    ['toString', 'Tostring'],
  ])('that only a newer server has are shown as they are: %s', (word, text) => {
    expect(textFor(texts, word)).toBe(text);
    expect(entryFor(texts, word)).toBeUndefined();
  });
});
