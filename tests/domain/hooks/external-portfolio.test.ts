import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPortfolio } from '../../../src/domain/hooks/external-portfolio.ts';
import { reportedPortfolioSchema, SKIP_CODES } from '../../../src/protocol/reports.ts';

const NOW = Date.parse('2026-03-02T15:30:00.500Z');
const SIGNED = Date.parse('2026-03-02T15:29:59Z');
const symbolOf = (text: string) => (text === 'BRK-B' ? 'BRK.B' : text);
const read = (positions: unknown, totals: object = {}) =>
  readPortfolio(reportedPortfolioSchema.parse({ totalValue: 1_000, cash: 400, ...totals, positions }), {
    ...{ signedAt: SIGNED, now: NOW, symbolOf },
  });
const rowOf = (row: object) => {
  const { portfolio, skipped } = read([{ symbol: 'AAPL', quantity: 10, ...row }]);
  return { ...portfolio.positions[0], skipped: skipped.skipped };
};

describe('a row', () => {
  test('of nine decimals is rounded to six, also where it is a text', () => {
    expect(rowOf({ quantity: 0.123456789, averagePrice: '100.1234567891' })).toMatchObject({
      quantity: 0.123457,
      averagePrice: 100.123457,
      skipped: [],
    });
    expect(rowOf({ quantity: 0.1 + 0.2, averagePrice: 1 }).quantity).toBe(0.3);
    expect(rowOf({ quantity: 1e-6, averagePrice: 1 }).quantity).toBe(0.000_001);
  });

  test.each([
    ['+5', 5],
    ['+1.5', 1.5],
    ['.5', 0.5],
    ['-.5', -0.5],
    ['5.', 5],
    [' 5 ', 5],
    ['1e-3', 0.001],
    ['1E3', 1_000],
  ])('with the text “%s” has that number', (text, number) => {
    expect(rowOf({ quantity: text, price: 1 })).toMatchObject({ quantity: number, skipped: [] });
  });

  test.each(['+', '.', 'e5', '+-5', '--5', '1,000', '0x10', '1e', '1e9999', 'Infinity', 'NaN', '５'])(
    'with the text “%s” has no number',
    (text) => {
      const row = rowOf({ dayChange: text });
      expect(row).not.toHaveProperty('dayChange');
      expect(row.skipped).toMatchObject([{ field: 'dayChange', code: 'NOT_A_NUMBER' }]);
    },
  );

  test('of a short position has a quantity and a value below zero, and gains when the price falls', () => {
    expect(rowOf({ quantity: -10, averagePrice: 100, price: 90 })).toMatchObject({
      ...{ quantity: -10, averagePrice: 100, price: 90, marketValue: -900 },
      ...{ unrealizedPnl: 100, unrealizedPnlPercent: 10, priced: true, mark: 'reported', skipped: [] },
    });
  });

  test('with a price of zero is worth nothing', () => {
    expect(rowOf({ averagePrice: 12, price: 0 })).toMatchObject({
      ...{ price: 0, marketValue: 0, unrealizedPnl: -120, unrealizedPnlPercent: -100, priced: true },
    });
  });

  test.each([null, undefined, ''])('with a price of %j is valued at its cost', (price) => {
    expect(rowOf({ averagePrice: 12, price })).toMatchObject({
      ...{ price: 12, marketValue: 120, priced: false, mark: 'cost', skipped: [] },
    });
  });

  test('without a cost keeps its value and says that the profit is not known', () => {
    const row = rowOf({ price: 12, averagePrice: null });
    expect(row).toMatchObject({ price: 12, marketValue: 120, mark: 'reported', costKnown: false });
    expect(rowOf({ price: 12, averagePrice: 0 })).toMatchObject({ averagePrice: 0, unrealizedPnl: 120 });
    expect(rowOf({ price: 12, averagePrice: 0 })).not.toHaveProperty('costKnown');
  });

  test('of which only the quantity is known is shown as that', () => {
    expect(rowOf({})).toMatchObject({ quantity: 10, marketValue: 0, priced: false, mark: 'unknown' });
  });

  test('with a value and no price has the price at which it has that value', () => {
    expect(rowOf({ averagePrice: 10, marketValue: 125 })).toMatchObject({ price: 12.5, unrealizedPnl: 25 });
  });

  test('in an option counts a hundred shares, in an adjusted one what was reported of it', () => {
    const option = { symbol: 'O:SPY251219C00650000', quantity: 2, averagePrice: 3, price: 4 };
    expect(rowOf(option)).toMatchObject({ marketValue: 800, unrealizedPnl: 200 });
    const adjusted = { symbol: 'O:SPY1251219C00650000', quantity: 2, averagePrice: 3, price: 4 };
    expect(rowOf(adjusted)).toMatchObject({ quantity: 2, averagePrice: 3, price: 4, mark: 'unknown' });
    expect(rowOf({ ...adjusted, marketValue: 812, unrealizedPnl: 12 })).toMatchObject({
      ...{ marketValue: 812, unrealizedPnl: 12, unrealizedPnlPercent: 1.5, mark: 'reported' },
    });
  });

  test.each(['BTC/USD', 'X:BTCUSD', 'ESZ5', '日経225先物', 'Old Co. (escrow)'])(
    'of %s is shown as that',
    (symbol) => {
      expect(rowOf({ symbol, averagePrice: 2, price: 3 })).toMatchObject({
        symbol,
        marketValue: 30,
        skipped: [],
      });
    },
  );
});

test('several positions in one symbol have a price that was reported, also where it is zero', () => {
  const symbol = 'O:SPY251219C00650000';
  const { portfolio } = read([
    { symbol, quantity: -2, averagePrice: 4.123456 },
    { symbol, quantity: 1, price: 0 },
  ]);
  expect(portfolio.positions).toMatchObject([
    { quantity: -1, price: 0, marketValue: 0, priced: true, mark: 'reported', costKnown: false },
  ]);
  expect(
    read([
      { symbol: 'AAPL', quantity: 1, averagePrice: 5 },
      { symbol: 'AAPL', quantity: 3, averagePrice: 6, price: 8 },
    ]).portfolio.positions,
  ).toMatchObject([{ quantity: 4, price: 8, marketValue: 32, unrealizedPnl: 9 }]);
});

test('a price below zero is one of what is neither share nor option', () => {
  expect(rowOf({ symbol: 'CLZ5', averagePrice: -10, price: -37.63 })).toMatchObject({
    ...{ averagePrice: -10, price: -37.63, marketValue: -376.3, unrealizedPnl: -276.3, skipped: [] },
  });
});

test('a symbol that is a number is shown as that', () => {
  expect(rowOf({ symbol: 700, price: 3 })).toMatchObject({ symbol: '700', marketValue: 30, skipped: [] });
});

describe('an odd row', () => {
  test.each<[code: string, row: unknown]>([
    ['NOT_A_ROW', 'AAPL'],
    ['NOT_A_ROW', null],
    ['NOT_A_ROW', ['AAPL', 1]],
    ['NO_SYMBOL', { quantity: 1 }],
    ['NO_SYMBOL', { symbol: '\u202Egpj.AAPL', quantity: 1 }],
    ['NO_SYMBOL', { symbol: '\u202E'.repeat(65), quantity: 1 }],
    ['NAME_TOO_LONG', { symbol: 'x'.repeat(65), quantity: 1 }],
    ['NO_QUANTITY', { symbol: 'MSFT', quantity: null }],
    ['ZERO_QUANTITY', { symbol: 'MSFT', quantity: 0 }],
    ['ZERO_QUANTITY', { symbol: 'MSFT', quantity: 0.000_000_4 }],
  ])('is left out with %s, and the others are there', (code, row) => {
    const { portfolio, skipped } = read([row, { symbol: 'AAPL', quantity: 1, averagePrice: 5, price: 6 }]);
    expect(portfolio.positions).toMatchObject([{ symbol: 'AAPL', marketValue: 6 }]);
    expect(skipped.skipped).toMatchObject([{ row: 0, code }]);
  });

  test.each([
    ['x'.repeat(65), 'x'.repeat(64)],
    [`${'x'.repeat(63)}📈`, 'x'.repeat(63)],
  ])('is told apart by the beginning of its name of more than 64 characters', (symbol, beginning) => {
    const { skipped } = read([{ symbol, quantity: 1 }]);
    expect(skipped.skipped).toEqual([{ row: 0, symbol: beginning, code: 'NAME_TOO_LONG' }]);
    expect(rowOf({ symbol: `  ${'x'.repeat(64)} ` })).toMatchObject({ symbol: 'x'.repeat(64), skipped: [] });
  });

  test.each<[code: string, field: string, value: unknown]>([
    ['NOT_A_NUMBER', 'price', 'n/a'],
    ['NOT_A_NUMBER', 'price', { amount: 1 }],
    ['NOT_A_NUMBER', 'dayChange', true],
    ['NEGATIVE', 'price', -1],
    ['NEGATIVE', 'averagePrice', -1],
    ['OUT_OF_RANGE', 'marketValue', 1e13],
    ['UNKNOWN_FIELD', 'currency', 'USD'],
  ])('loses with %s its %s of %j alone', (code, field, value) => {
    const row = rowOf({ averagePrice: 12, price: 13, [field]: value });
    expect(row).toMatchObject({ symbol: 'AAPL', quantity: 10 });
    expect(row.skipped).toEqual([{ row: 0, symbol: 'AAPL', field, code }]);
  });

  test('may be one of two that leave nothing', () => {
    const { portfolio, skipped } = read([
      { symbol: 'AAPL', quantity: 5, averagePrice: 1 },
      { symbol: 'AAPL', quantity: -5, averagePrice: 2 },
    ]);
    expect(portfolio.positions).toEqual([]);
    expect(skipped.skipped).toEqual([{ symbol: 'AAPL', code: 'ZERO_QUANTITY' }]);
  });

  test('beyond the five hundredth is left out with all that follow, and of the rest a hundred are listed', () => {
    const rows = Array.from({ length: 700 }, (_, index) => ({
      symbol: `S ${index}`,
      quantity: 1,
      price: 'x',
    }));
    const { portfolio, skipped } = read(rows);
    expect(portfolio.positions).toHaveLength(500);
    expect(skipped.skipped).toHaveLength(100);
    expect([skipped.skipped[0], skipped.more]).toEqual([{ row: 500, code: 'TOO_MANY_ROWS' }, 401]);
  });
});

describe('the totals', () => {
  const priced = [{ symbol: 'AAPL', quantity: 10, averagePrice: 50, price: 60, dayChange: 12 }];
  test.each<[told: object, then: object]>([
    [
      { totalValue: 1_000.123_456_789, cash: '400.5', equity: 599.6 },
      { totalValue: 1_000.123457, cash: 400.5, equity: 599.6 },
    ],
    [
      { totalValue: 1_000, cash: null },
      { totalValue: 1_000, cash: 400, equity: 600 },
    ],
    [
      { totalValue: undefined, cash: 400 },
      { totalValue: 1_000, cash: 400, equity: 600 },
    ],
    [
      { totalValue: 1_010, cash: 400 },
      { totalValue: 1_010, cash: 400, equity: 610 },
    ],
    [
      { dayChange: null, dayChangePercent: 'n/a' },
      { dayChange: 12, dayChangePercent: 1.2146 },
    ],
    [
      { dayChange: -5, dayChangePercent: 0 },
      { dayChange: -5, dayChangePercent: 0 },
    ],
  ])('%j are %j', (told, then) => {
    expect(read(priced, told).portfolio).toMatchObject(then);
  });

  test('of a day that nobody tells are absent', () => {
    const { portfolio } = read([{ symbol: 'AAPL', quantity: 10, averagePrice: 50 }]);
    expect(portfolio).not.toHaveProperty('dayChange');
    expect(portfolio).not.toHaveProperty('dayChangePercent');
  });

  test('that cannot be known refuse the report', () => {
    const blank = { totalValue: null, cash: null };
    expect(() => read(priced, blank)).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
    expect(() => read([{ symbol: 'AAPL', quantity: 1 }], { totalValue: 5, cash: null })).toThrow();
    expect(() => reportedPortfolioSchema.parse({ totalValue: 1, cash: 1 })).toThrow();
  });
});

test('the moment of a report is its own, else that of its signature, and never one to come', () => {
  const momentOf = (timestamp: unknown) => {
    const { portfolio, skipped } = read([], { timestamp });
    return [portfolio.timestamp, skipped.skipped.map(({ code }) => code)];
  };
  expect(momentOf(undefined)).toEqual(['2026-03-02T15:29:59.000Z', []]);
  expect(momentOf('2026-03-02T10:00:00.25-05:00')).toEqual(['2026-03-02T15:00:00.250Z', []]);
  expect(momentOf('2026-03-02T15:31:00Z')).toEqual(['2026-03-02T15:30:00.500Z', []]);
  expect(momentOf('yesterday')).toEqual(['2026-03-02T15:29:59.000Z', ['NOT_A_MOMENT']]);
});

test('the long name of an unknown field is cut between two characters', () => {
  const { skipped } = rowOf({ price: 1, [`${'x'.repeat(63)}😀`]: 1 });
  expect(skipped).toEqual([{ row: 0, symbol: 'AAPL', field: 'x'.repeat(63), code: 'UNKNOWN_FIELD' }]);
});

test('whatever is sent, a report is read or refused as invalid, and the answer is text that a database keeps', () => {
  const number = fc.oneof(
    fc.double().map(String),
    fc.string({ unit: fc.constantFrom(...'+-.eE019 '), maxLength: 8 }),
    fc.jsonValue(),
  );
  const name = fc.oneof(
    fc.constantFrom('symbol', 'quantity', 'price', 'averagePrice'),
    fc.string({ unit: 'grapheme', maxLength: 70 }),
  );
  const row = fc.dictionary(name, number).map((fields) => ({ symbol: 'AAPL', quantity: '1', ...fields }));
  const report = fc.record({ totalValue: number, cash: number, positions: fc.array(row, { maxLength: 3 }) });
  fc.assert(
    fc.property(report, ({ positions, ...totals }) => {
      try {
        for (const { field = '', symbol = '' } of read(positions, totals).skipped.skipped)
          expect([field.isWellFormed(), symbol.isWellFormed()]).toEqual([true, true]);
      } catch (error) {
        expect(error).toMatchObject({ code: 'VALIDATION' });
      }
    }),
    { numRuns: 2_000 },
  );
});

test('whatever the rows are, a report is read, its numbers are numbers, and what was left out has a code', () => {
  const value = fc.oneof(
    fc.double(),
    fc.constantFrom(null, undefined, '', '1.5', '-0.1', 'x'),
    fc.jsonValue(),
  );
  const row = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        symbol: fc.oneof(
          fc.constantFrom('AAPL', 'BRK-B', 'O:SPY1251219C00650000'),
          fc.string(),
          fc.jsonValue(),
        ),
        quantity: value,
        averagePrice: value,
        price: value,
        marketValue: value,
        unrealizedPnl: value,
        unrealizedPnlPercent: value,
        dayChange: value,
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
      const { portfolio, skipped } = read(rows);
      for (const position of portfolio.positions) {
        for (const part of Object.values(position))
          if (typeof part === 'number') expect(Number.isFinite(part)).toBe(true);
        expect(position.quantity).not.toBe(0);
      }
      expect(new Set(portfolio.positions.map(({ symbol }) => symbol)).size).toBe(portfolio.positions.length);
      for (const { code } of skipped.skipped) expect(SKIP_CODES).toContain(code);
    }),
    { numRuns: 500 },
  );
});
