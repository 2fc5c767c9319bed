import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { beginningOf, isDisplayName, isProse, toOneLine } from '../../src/protocol/display-text.ts';

describe('a name', () => {
  test.each([
    'Ada',
    'José Ñandú',
    "O'Brien-Smith, Jr.",
    '山田 太郎',
    'محمد',
    'می\u200Cخواهم',
    'क्\u200Dष',
    '👨\u200D👩\u200D👧\u200D👦',
    '🏳️\u200D🌈 flag',
    '👩🏽\u200D🚀',
    '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}',
    '❤️',
    '5',
  ])('may be %s', (name) => expect(isDisplayName(name)).toBe(true));

  test.each<[what: string, text: string]>([
    ['nothing', ''],
    ['a blank', '\u00A0'],
    ['joiners alone', '\u200D\u200C'],
    ['a letter that cannot be seen', '\u3164'],
    ['a variation without its sign', '\uFE0F'],
    ['a mark without its letter', '\u0301'],
    ['a control character', 'A\u0007da'],
    ['a line', 'Ada\nByron'],
    ['a separator of lines', 'Ada\u2028Byron'],
    ['an override of the direction', '\u202Egpj.exe'],
    ['an isolate', 'A\u2067da'],
    ['a mark of direction', 'Ada\u200F'],
    ['a byte order mark', '\uFEFFAda'],
    ['a soft hyphen', 'A\u00ADda'],
    ['a private character', 'Ada\uF8FF'],
    ['an unassigned one', 'Ada\u{3FFFE}'],
    ['half a pair', 'Ada\uD83D'],
    ['a blank of Braille', '\u2800'],
    ['a blank of Braille behind a name', 'Ada\u2800'],
    ['a filler of Hangul', 'A\u3164da'],
    ['a tag without a flag', 'Ada\u{E0041}'],
    ['a tag behind a letter', 'Ada\u{E0067}\u{E007F}'],
    ['tags that do not end', '🏴\u{E0067}\u{E0062}'],
  ])('is not %s', (_, text) => expect(isDisplayName(text)).toBe(false));

  test('never has a control character, nor one that turns the direction', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 12 });
    fc.assert(
      fc.property(texts, (text) => {
        if (isDisplayName(text)) expect(text).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('prose has lines and other format characters, and turns nothing', () => {
  expect(isProse('one\ntwo soft\u00ADhyphen')).toBe(true);
  for (const text of ['a\u202Eb', 'a\u2066b', 'a\u0000b', 'a\tb', 'a\rb']) expect(isProse(text)).toBe(false);
});

test('one line of a text is printable', () => {
  expect(toOneLine('A\u{E0041}da \u2800 🏴\u{E0067}\u{E0062}\u{E007F}')).toBe(
    'A da 🏴\u{E0067}\u{E0062}\u{E007F}',
  );
  expect(toOneLine(' no\r\n\u202Emargin \u0007 👨\u200D👩\u200D👧 ')).toBe('no margin 👨\u200D👩\u200D👧');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = toOneLine(text);
      expect(line).toBe(line.trim());
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\u202A-\u202E]/u);
    }),
  );
});

test('the beginning of a text has no half of a character', () => {
  expect(beginningOf(`${'x'.repeat(63)}😀`, 64)).toBe('x'.repeat(63));
  expect(beginningOf('😀😀', 4)).toBe('😀😀');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, length) => {
      const beginning = beginningOf(text, length);
      expect(beginning.isWellFormed()).toBe(true);
      expect(text.startsWith(beginning)).toBe(true);
      expect(beginning.length).toBeGreaterThanOrEqual(Math.min(length, text.length) - 1);
    }),
  );
});
