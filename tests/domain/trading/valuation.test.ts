import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MICROS } from '../../../src/domain/trading/amounts.ts';
import type { Holdings, Position } from '../../../src/domain/trading/holdings.ts';
import { dailyLoss, portfolioToPayload } from '../../../src/domain/trading/portfolio.ts';
import { createValuation, type QuoteOf } from '../../../src/domain/trading/valuation.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import { accountOf, NOON, positionOf, quoteOf, TODAY } from '../../support/trading.ts';
import { plainLoss, plainPortfolio } from './plain-portfolio.ts';

const text = (most: number, decimals: number) =>
  fc
    .bigInt({ min: 0n, max: BigInt(most) * 10n ** BigInt(decimals) })
    .map((units) => decimal(units.toString()).div(decimal(10).pow(decimals)));
const money = fc.oneof(text(100_000, 4), text(100_000, 2), text(1_000_000_000_000, 4));
const signed = fc
  .tuple(money, fc.boolean())
  .map(([value, isNegative]) => (isNegative ? value.times(-1) : value));
/** As venues write them, finer than that, and whatever a float can be. */
const price = fc.oneof(
  { weight: 6, arbitrary: text(2_000, 2).map(Number) },
  { weight: 3, arbitrary: text(2_000, 4).map(Number) },
  { weight: 1, arbitrary: text(2_000, 9).map(Number) },
  { weight: 1, arbitrary: fc.double({ min: 1e-9, max: 1e12, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, Number.NaN, -1) },
);
const missing = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 5 });
const shares = fc.oneof(fc.nat({ max: 1_000 }), fc.constant(0), fc.nat({ max: 1_000_000_000 }));
const fraction = fc.oneof(
  { weight: 8, arbitrary: fc.constant(decimal(0)) },
  { weight: 1, arbitrary: text(1, 12) },
);
const lastKnown = fc.record({
  price: text(2_000, 6).map((value) => value.plus('0.000001')),
  previousClose: fc.option(text(2_000, 4).map((value) => value.plus('0.0001'))),
  day: fc.constantFrom(TODAY, '2026-02-27'),
  at: fc.constant(NOON - 1),
});
const held = fc.record({
  position: fc
    .record({
      quantity: shares,
      cost: money,
      realized: signed,
      day: fc.constantFrom(TODAY, '2026-02-27', ''),
      dayStartQuantity: shares,
      dayStartRealized: signed,
      dayFlow: signed,
      fraction,
      fractionCost: money,
      lastKnown: missing(lastKnown),
    })
    .map(({ lastKnown: known, ...rest }) => ({ ...rest, ...(known && { lastKnown: known }) })),
  quote: missing(fc.record({ price, previousClose: missing(price), priceTime: missing(fc.constant(NOON)) })),
});
const SYMBOLS = ['AAPL', 'O:AAPL260619C00100000', 'O:AAPL1260619C00100000', 'MSFT', 'BRK.B', 'TSLA'];
const portfolio = fc.record({
  rows: fc.array(held, { maxLength: SYMBOLS.length }),
  cash: money,
  reserved: money,
  realized: signed,
});

function read({
  rows,
  cash,
  reserved,
  realized,
}: typeof portfolio extends fc.Arbitrary<infer T> ? T : never) {
  const positions: Position[] = rows.map(({ position }, n) => positionOf(SYMBOLS[n]!, 0, 0, position));
  const quotes = new Map(
    rows.flatMap(({ quote }, n) => (quote ? [[SYMBOLS[n]!, quoteOf(SYMBOLS[n]!, quote)] as const] : [])),
  );
  const account = { ...accountOf(), cash, reserved, realized };
  const holdings: Holdings = { account, positions, external: null };
  const find: QuoteOf = (symbol) => quotes.get(symbol);
  return { holdings, find };
}

describe('a portfolio in quick numbers', () => {
  test('is what big.js makes of it, to the last digit, also where it does not fit into them', () => {
    fc.assert(
      fc.property(portfolio, (made) => {
        const { holdings, find } = read(made);
        const payload = portfolioToPayload(holdings, find, NOON, TODAY);
        expect(payload).toEqual(plainPortfolio(holdings, find, NOON, TODAY));
        const loss = dailyLoss(holdings.positions, find, TODAY);
        expect(loss.toString()).toBe(plainLoss(holdings.positions, find, TODAY).toString());
      }),
      { numRuns: 1_000 },
    );
  });

  test('fits where prices have six decimals and shares are whole, and nowhere else', () => {
    const { value } = createValuation(MICROS);
    const fits = (position: Position, price: number): boolean =>
      value([position], (symbol) => quoteOf(symbol, { price }), TODAY) !== null;
    const ten = positionOf('AAPL', 10, 900);
    expect(fits(ten, 100.123456)).toBe(true);
    expect(fits(ten, 100.1234567)).toBe(false);
    expect(fits({ ...ten, fraction: decimal('0.5') }, 100)).toBe(false);
    expect(fits(positionOf('AAPL', 9_000_000, 900), 999)).toBe(true);
    expect(fits(positionOf('AAPL', 9_100_000, 900), 999)).toBe(false);
  });

  test.each([
    ['a half of a step', '100000', '0.0005'],
    ['what a division of twelve decimals takes for a half', '30000000', '0.1'],
    ['a third', '3', '0.01'],
  ])('rounds %s as big.js does', (_, cost, gain) => {
    const price = Number(decimal(cost).plus(gain));
    for (const quantity of [1, 3, 7]) {
      const position = positionOf('AAPL', quantity, decimal(cost).times(quantity).toString());
      const holdings = { account: accountOf(), positions: [position], external: null };
      const find: QuoteOf = (symbol) => quoteOf(symbol, { price });
      expect(portfolioToPayload(holdings, find, NOON, TODAY)).toEqual(
        plainPortfolio(holdings, find, NOON, TODAY),
      );
    }
  });
});
