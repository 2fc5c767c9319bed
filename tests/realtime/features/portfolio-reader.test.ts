import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PortfolioPayload, PositionPayload } from '../../../src/protocol/portfolio.ts';
import { applyDelta } from '../../../src/protocol/portfolio-delta.ts';
import { createPortfolioReader } from '../../../src/realtime/features/portfolio-reader.ts';

const positionOf = (symbol: string, price: number, quantity: number): PositionPayload => ({
  symbol,
  quantity,
  averagePrice: 100.123456,
  price,
  marketValue: price * quantity,
  unrealizedPnl: (price - 100) * quantity,
  unrealizedPnlPercent: 12.3456,
  ...(price < 190 && { dayChange: price - 99 }),
  priced: true,
  mark: 'quote',
});
const portfolioOf = (positions: readonly PositionPayload[]): PortfolioPayload => ({
  totalValue: positions.length,
  cash: 91_234.56,
  equity: 1_234_567.89,
  positions: [...positions],
  dayChange: -1_234.5678,
  dayChangePercent: -0.1234,
  timestamp: '2026-03-02T17:00:00.000Z',
  source: 'paper',
  buyingPower: 91_234.56,
  realizedPnl: 12_345.6789,
});
const sorted = ({ positions, version, ...rest }: PortfolioPayload) => ({
  ...rest,
  positions: positions.toSorted((one, other) => (one.symbol < other.symbol ? -1 : 1)),
});
const many = (price: (n: number) => number, count = 500): PortfolioPayload =>
  portfolioOf(Array.from({ length: count }, (_, n) => positionOf(`SYM${n}`, price(n), 10)));

describe('what a connection that applies deltas receives', () => {
  const holding = fc.record({
    symbol: fc.nat({ max: 120 }).map((n) => `SYM${n}`),
    price: fc.integer({ min: 180, max: 200 }),
    quantity: fc.integer({ min: 1, max: 3 }),
  });
  const portfolio = fc
    .uniqueArray(holding, { selector: ({ symbol }) => symbol, maxLength: 121 })
    .map((all) => portfolioOf(all.map(({ symbol, price, quantity }) => positionOf(symbol, price, quantity))));

  test('makes its portfolio the one of now, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(portfolio, { minLength: 1, maxLength: 6 }), ([first, ...others]) => {
        const reader = createPortfolioReader();
        let held = reader.whole(first!);
        for (const now of [...others, others.at(-1) ?? first!]) {
          for (let isPartial = true; isPartial; ) {
            const delta = reader.delta(now);
            held = applyDelta(held, delta)!;
            isPartial = delta.partial === true;
          }
          expect(sorted(held)).toEqual(sorted(now));
        }
      }),
    );
  });

  test('is below 5 KB although each of 500 positions moves, and nobody waits behind those in front', () => {
    const reader = createPortfolioReader();
    let held = reader.whole(many(() => 100));
    const seen = new Set<string>();
    for (let n = 1; n <= 30; n++) {
      const delta = reader.delta(many((symbol) => 100 + n + symbol / 4));
      expect(Buffer.byteLength(JSON.stringify(['portfolio:delta', delta]))).toBeLessThan(5 * 1024);
      expect(delta.partial).toBe(true);
      for (const { symbol } of delta.moved) seen.add(symbol);
      held = applyDelta(held, delta)!;
    }
    expect(seen.size).toBe(500);
    expect(held.version).toBe(31);
  });

  test('is nothing but the totals where no position has changed', () => {
    const reader = createPortfolioReader();
    reader.whole(many(() => 100));
    expect(reader.delta(many(() => 100))).toMatchObject({
      base: 1,
      version: 2,
      positions: [],
      moved: [],
      removed: [],
    });
  });

  test('changes no portfolio of another version', () => {
    const reader = createPortfolioReader();
    const whole = reader.whole(many(() => 100));
    const [first, second] = [reader.delta(many(() => 101)), reader.delta(many(() => 102))];
    expect(applyDelta(whole, second)).toBeNull();
    const after = applyDelta(whole, first)!;
    expect(applyDelta(after, first)).toBeNull();
    expect(applyDelta(after, second)?.version).toBe(3);
  });
});

test('an update of 500 positions that all move costs less than a millisecond', () => {
  const script = path.resolve('tests/support/update-cost.ts');
  const microseconds = Number(execFileSync(process.execPath, [script], { encoding: 'utf8' }));
  expect(microseconds).toBeGreaterThan(0);
  expect(microseconds).toBeLessThan(1_000);
});
