import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createTypedMatch,
  isStockSymbol,
  MAX_SYMBOL_LENGTH,
  type OptionSymbol,
  type ParsedSymbol,
  parseSymbol,
  readSymbol,
  type StockSymbol,
  symbolForms,
} from '../../src/protocol/symbol.ts';

const capitals = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), minLength, maxLength });

const suffixes = fc
  .tuple(
    fc.oneof(
      fc.constant(''),
      fc.constant('r'),
      capitals(0, 1).map((series) => `p${series}`),
    ),
    fc.array(
      capitals(1, 2).map((part) => `.${part}`),
      { maxLength: 2 },
    ),
    fc.constantFrom('', 'w'),
  )
  .map(([kind, parts, issue]) => kind + parts.join('') + issue);
const stocks = fc.record<StockSymbol>({
  kind: fc.constant('stock'),
  root: capitals(1, 6),
  suffix: suffixes,
});

const optionRoots = fc.oneof(
  capitals(1, 6),
  fc.tuple(capitals(1, 5), fc.integer({ min: 1, max: 9 })).map(([root, digit]) => `${root}${digit}`),
);
const options = fc.record<OptionSymbol>({
  kind: fc.constant('option'),
  root: optionRoots,
  expiry: fc
    .date({
      min: new Date('2000-01-01T00:00:00Z'),
      max: new Date('2099-12-31T00:00:00Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString().slice(0, 10)),
  right: fc.constantFrom('call', 'put'),
  strike: fc.integer({ min: 1, max: 99_999_999 }).map((mills) => mills / 1_000),
});
const symbols = fc.oneof(stocks, options);

/** The inverse of `parseSymbol`. */
function formatSymbol(parsed: ParsedSymbol): string {
  if (parsed.kind === 'stock') return parsed.root + parsed.suffix;
  const day = parsed.expiry.slice(2).replaceAll('-', '');
  const strike = String(Math.round(parsed.strike * 1_000)).padStart(8, '0');
  return `O:${parsed.root}${day}${parsed.right === 'call' ? 'C' : 'P'}${strike}`;
}

describe('the grammar', () => {
  test('what is formatted is parsed to the same parts', () => {
    fc.assert(
      fc.property(symbols, (parts) => {
        expect(parseSymbol(formatSymbol(parts))).toEqual(parts);
      }),
      { numRuns: 2_000 },
    );
  });

  test('what is parsed is formatted to the same text, whatever the text', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 24 }),
      fc.string({ unit: fc.constantFrom(...'AOCPprw.:019-/ '), maxLength: 24 }),
      fc.stringMatching(/^O:[A-Z]{0,7}[0-9]?[0-9]{6}[CPX][0-9]{7,9}$/),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseSymbol(text);
        if (parsed) expect(formatSymbol(parsed)).toBe(text);
        expect(isStockSymbol(text)).toBe(parsed?.kind === 'stock');
      }),
      { numRuns: 5_000 },
    );
  });

  test('no symbol is longer than the longest', () => {
    fc.assert(fc.property(symbols, (parts) => formatSymbol(parts).length <= MAX_SYMBOL_LENGTH));
  });

  test.each([
    ['AAPL', 'AAPL', ''],
    ['BRK.B', 'BRK', '.B'],
    ['BACpL', 'BAC', 'pL'],
    ['DCOMp', 'DCOM', 'p'],
    ['ACHR.WS', 'ACHR', '.WS'],
    ['NE.WS.A', 'NE', '.WS.A'],
    ['CELGr', 'CELG', 'r'],
    ['GFRrw', 'GFR', 'rw'],
    ['ACCOw', 'ACCO', 'w'],
    ['WFCpL.CL', 'WFC', 'pL.CL'],
  ])('%s is a stock as the tape writes it', (symbol, root, suffix) => {
    expect(parseSymbol(symbol)).toEqual({ kind: 'stock', root, suffix });
  });

  test.each([
    ['', 'nothing'],
    ['aapl', 'small letters'],
    ['ABCDEFG', 'seven letters'],
    ['BRK-B', 'Yahoo'],
    ['BRK/B', 'Bloomberg'],
    ['BRK B', 'CMS'],
    ['BAC$L', 'ACT'],
    ['BAC-L', 'INET'],
    ['BACPL ', 'a space'],
    [' AAPL', 'a space'],
    ['BRK.', 'a dot without a class'],
    ['BRK.B.C.D', 'three dots'],
    ['NASDAQ:AAPL', 'TradingView'],
    ['AAPL.O:NSDQ', 'RIC'],
    ['US0378331005', 'ISIN'],
    ['037833100', 'CUSIP'],
    ['X:BTCUSD', 'crypto'],
    ['C:EURUSD', 'currencies'],
    ['I:SPX', 'index'],
    ['SPY251219C00650000', 'OCC without its prefix'],
    ['SPY   251219C00650000', 'OCC with its blanks'],
    ['O:SPY   251219C00650000', 'OCC with its blanks'],
    ['o:SPY251219C00650000', 'a small prefix'],
    ['O:SPY251219c00650000', 'a small right'],
    ['O:SPY251219X00650000', 'no right'],
    ['O:SPY251219C0065000', 'seven digits of strike'],
    ['O:SPY251219C006500000', 'nine digits of strike'],
    ['O:SPY251219C00000000', 'no strike'],
    ['O:251219C00650000', 'no root'],
    ['O:ABCDEFG251219C00650000', 'seven letters of root'],
    ['O:1SPX251219C00650000', 'a digit before the root'],
    ['O:SPY20251219C00650000', 'four digits of year'],
    ['AAPL\n', 'a line'],
    ['ＡＡＰＬ', 'wide letters'],
  ])('%j is none: %s', (text) => {
    expect(parseSymbol(text)).toBeNull();
  });
});

describe('the date of a contract', () => {
  const isLeap = (year: number): boolean => year % 4 === 0;
  const daysOf = (year: number, month: number): number =>
    [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  const digits = (value: number): string => String(value).padStart(2, '0');

  test('must exist, in every year of the century', () => {
    for (let year = 0; year < 100; year++)
      for (let month = 0; month <= 13; month++)
        for (const day of [0, 1, 28, 29, 30, 31, 32]) {
          const symbol = `O:SPY${digits(year)}${digits(month)}${digits(day)}C00650000`;
          const exists = day >= 1 && day <= daysOf(year, month);
          expect([symbol, parseSymbol(symbol) !== null]).toEqual([symbol, exists]);
        }
  });

  test('may be a day on which no exchange trades', () => {
    expect(parseSymbol('O:SPY251225C00650000')).toMatchObject({ expiry: '2025-12-25' });
  });
});

describe('what a program writes', () => {
  test('is taken as it is where it is a symbol', () => {
    fc.assert(
      fc.property(symbols, (parts) => {
        const symbol = formatSymbol(parts);
        expect(readSymbol(symbol)).toBe(symbol);
      }),
    );
  });

  test.each([
    ['aapl', 'AAPL'],
    ['Brk.b', 'BRK.B'],
    ['bacpl', 'BACPL'],
    ['BACpL', 'BACpL'],
    ['o:spy251219c00650000', 'O:SPY251219C00650000'],
    ['O:SPY251219p00650000', 'O:SPY251219P00650000'],
    ['Aapl', 'AAPL'],
  ])('%s means %s', (text, symbol) => {
    expect(readSymbol(text)).toBe(symbol);
  });

  test.each(['BACpl', 'AMpb', 'Tpa', 'CELGrW', 'ACHRw.ws'])('%s is no share in capitals', (text) => {
    expect(readSymbol(text)).toBeNull();
  });

  test('with a small letter that names a kind is never moved to another share', () => {
    fc.assert(
      fc.property(capitals(1, 4), fc.constantFrom('a', 'L', 'q'), (root, series) => {
        expect([`${root}p${series}`, null]).toContain(readSymbol(`${root}p${series}`));
        expect(symbolForms(`${root}Xp${series}`)).toEqual([`${root}Xp${series.toUpperCase()}`]);
      }),
    );
  });

  test.each(['brk-b', 'brk b', 'A1', '', 'O:SPY251319C00650000', 'straße'])('%j means nothing', (text) => {
    expect(readSymbol(text)).toBeNull();
  });
});

describe('what a person types', () => {
  test('may mean several symbols, the closest first', () => {
    expect(symbolForms('BACpL')).toEqual(['BACpL']);
    expect(symbolForms('AMpb')).toEqual(['AMpB']);
    expect(symbolForms('BF.B')).toEqual(['BF.B']);
    for (const dash of '\u2010\u2011\u2012\u2013\u2014') expect(symbolForms(`BRK${dash}B`)[0]).toBe('BRK.B');
    expect(symbolForms('ACHR+')).toContain('ACHR.WS');
    expect(symbolForms('achr+a')[0]).toBe('ACHR.WS.A');
    expect(symbolForms('ACHR-WT')).toContain('ACHR.WS');
    expect(symbolForms('achr-wta')).toEqual(['ACHR.WS.A']);
    expect(symbolForms('.WS.A')).toEqual([]);
    expect(symbolForms('$BRK.B')[0]).toBe('BRK.B');
    expect(symbolForms('Tpa')).toEqual(['TPA', 'TpA', 'TP.A']);
    expect(symbolForms('bacpl')).toEqual(['BACPL', 'BACpL', 'BACP.L']);
    expect(symbolForms('brkb')).toEqual(['BRKB', 'BRK.B']);
    expect(symbolForms('brk-b')).toEqual(['BRK.B', 'BRKpB']);
    expect(symbolForms('BRK/B')).toEqual(['BRK.B', 'BRKpB']);
    expect(symbolForms('brk b')).toEqual(['BRK.B', 'BRKpB']);
    expect(symbolForms('BAC PRL')).toEqual(['BACpL']);
    expect(symbolForms('BAC.PR.L')).toEqual(['BAC.PR.L', 'BACpL']);
    expect(symbolForms('bac.pr.l')).toEqual(['BAC.PR.L', 'BACpL']);
    expect(symbolForms('DCOM.PR')).toEqual(['DCOM.PR', 'DCOMp']);
    expect(symbolForms('ne/ws/a')).toEqual(['NE.WS.A']);
    expect(symbolForms('ne-wsa')).toEqual(['NE.WS.A']);
    expect(symbolForms('newsa')).toEqual(['NEWSA', 'NE.WS.A', 'NEWS.A']);
    expect(symbolForms('achrws')).toEqual(['ACHRWS', 'ACHR.WS', 'ACHRW.S']);
    expect(symbolForms('o:spy251219c00650000')).toEqual(['O:SPY251219C00650000']);
  });

  test('means symbols only, each once, and first of all itself', () => {
    const typed = fc.oneof(
      symbols.map(formatSymbol),
      fc.string({ maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...'aprwspPRW.-/ $'), maxLength: 12 }),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const forms = symbolForms(text);
        expect(forms.every((form) => parseSymbol(form) !== null)).toBe(true);
        expect(new Set(forms).size).toBe(forms.length);
        if (parseSymbol(text)) expect(forms[0]).toBe(text);
        const isPreferredByDots = /\.PR(\.[A-Z])?$/.test(text);
        if (parseSymbol(text) && /[a-z.]/.test(text) && !isPreferredByDots) expect(forms).toEqual([text]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('may be any beginning of a symbol, in any spelling', () => {
    fc.assert(
      fc.property(stocks, fc.nat(), (parts, cut) => {
        const symbol = formatSymbol(parts);
        const beginning = symbol.slice(0, 1 + (cut % symbol.length));
        for (const typed of [beginning, beginning.toLowerCase(), beginning.replaceAll('.', '-')])
          expect([symbol, typed, createTypedMatch(typed)(symbol)]).toEqual([symbol, typed, true]);
        expect(createTypedMatch(`Q${symbol}Q`)(symbol)).toBe(false);
      }),
    );
    expect(createTypedMatch('')('AAPL')).toBe(true);
    expect(createTypedMatch('.')('BRK.B')).toBe(false);
    for (const typed of ['.WS.A', '-ws-a', '/WS'])
      expect(['ACHR.WS.A', 'WSA'].map(createTypedMatch(typed))).toEqual([true, false]);
    expect(createTypedMatch('AMpB')('AMPB')).toBe(false);
    expect(createTypedMatch('BF.B')('BFpB')).toBe(false);
  });

  test('without its dot, its case or its separators still finds a stock', () => {
    fc.assert(
      fc.property(capitals(1, 5), capitals(1, 1), (root, series) => {
        for (const typed of [
          `${root}${series}`,
          `${root}-${series}`,
          `${root}/${series}`,
          `${root} ${series}`,
        ])
          expect(symbolForms(typed.toLowerCase())).toContain(`${root}.${series}`);
        expect(symbolForms(`${root}p${series}`.toLowerCase())).toContain(`${root}p${series}`);
      }),
    );
  });
});
