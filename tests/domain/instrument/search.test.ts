import { describe, expect, test } from '@jest/globals';
import { createInstrumentList } from '../../../src/domain/instrument/search.ts';

const NAMES: Readonly<Record<string, string>> = {
  AAPL: 'Apple Inc.',
  BAC: 'Bank of America Corporation',
  BACpL: 'Bank of America 7.25% Series L',
  'BRK.A': 'Berkshire Hathaway Inc. Class A',
  'BRK.B': 'Berkshire Hathaway Inc. Class B',
  SPY: 'SPDR S&P 500 ETF Trust',
};
const directoryOf = (names: Readonly<Record<string, string>> = NAMES) =>
  createInstrumentList(Object.entries(names).map(([symbol, name]) => ({ symbol, name })));
const find = async (text: string, names = NAMES): Promise<string[]> =>
  (await directoryOf(names).search(text, 20)).map(({ symbol }) => symbol);

describe('what a person types', () => {
  test.each(['brk-b', 'BRK/B', 'BRKB', 'brk b', 'brk.b', ' BRK.B '])('%s finds BRK.B', async (typed) => {
    expect((await find(typed))[0]).toBe('BRK.B');
  });

  test.each(['aapl', 'AAPL', 'Aapl', 'apple'])('%s finds AAPL', async (typed) => {
    expect(await find(typed)).toEqual(['AAPL']);
  });

  test.each(['bacpl', 'BACpL', 'bac-pl', 'BAC PRL', 'BACPL'])(
    '%s finds the preferred share',
    async (typed) => {
      expect((await find(typed))[0]).toBe('BACpL');
    },
  );

  test('bacpl finds BACpL only where there is no BACPL', async () => {
    const both = { ...NAMES, BACPL: 'Another company' };
    expect(await find('bacpl', both)).toEqual(['BACPL']);
    expect(await find('BACPL', both)).toEqual(['BACPL']);
    expect((await find('BACpL', both))[0]).toBe('BACpL');
  });

  test.each([
    ['AMpB', 'AMPB'],
    ['AMpb', 'AMPB'],
    ['BF.B', 'BFpB'],
    ['BACpL', 'BACPL'],
  ])('%s finds no %s', async (typed, other) => {
    expect(await find(typed, { [other]: 'Another company' })).toEqual([]);
  });

  test('a beginning finds every kind of share of the root, the exact one first', async () => {
    expect(await find('bac')).toEqual(['BAC', 'BACpL']);
    expect(await find('brk')).toEqual(['BRK.A', 'BRK.B']);
    expect(await find('bank')).toEqual(['BAC', 'BACpL']);
  });

  test.each(['brk-', 'brk/', 'BRK.', 'brk '])('“%s” is a beginning as well', async (typed) => {
    expect(await find(typed)).toEqual(['BRK.A', 'BRK.B']);
  });

  test.each(['ne.ws.a', 'NE/WS/A', 'ne-wsa', 'newsa', '.WS.A', '.ws.a'])(
    '%s finds the warrant',
    async (typed) => {
      expect(await find(typed, { NEW: 'New Inc.', 'NE.WS.A': 'Noble warrants' })).toEqual(['NE.WS.A']);
    },
  );

  test.each(['bac^l', 'BAC$L', 'bac_l'])('%s finds the preferred share', async (typed) => {
    expect((await find(typed))[0]).toBe('BACpL');
  });

  test('separators alone find nothing', async () => {
    expect(await find('-')).toEqual([]);
  });

  test('nothing lists everything, a contract finds no stock', async () => {
    expect(await find('')).toHaveLength(6);
    expect(await find('O:SPY251219C00650000')).toEqual([]);
  });
});
