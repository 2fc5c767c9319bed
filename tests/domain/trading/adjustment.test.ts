import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { closeAt } from '../../../src/domain/trading/adjustment.ts';
import { dailyLoss } from '../../../src/domain/trading/portfolio.ts';
import { decimal, round } from '../../../src/lib/decimal.ts';
import { accountOf, changeOf, positionOf, TODAY } from '../../support/trading.ts';

const cents = fc.integer({ min: 0, max: 10_000_000 }).map((amount) => decimal(amount).div(10_000));

/** What a split may leave beside whole shares. */
const parts = fc.integer({ min: 0, max: 999_999_999_999 }).map((part) => decimal(part).div(1e12));

test('a closed position leaves its account in balance, to the last digit, and its fraction with it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000 }),
      parts,
      cents,
      cents,
      cents,
      (quantity, fraction, wholeCost, partCost, price) => {
        fc.pre(quantity > 0 || fraction.gt(0));
        const [cost, fractionCost] = [
          quantity > 0 ? wholeCost : decimal(0),
          fraction.gt(0) ? partCost : decimal(0),
        ];
        const paid = cost.plus(fractionCost);
        const account = accountOf({
          ...{ cash: 500, cost: paid.toString(), deposits: paid.plus(500).toString() },
        });
        const held = positionOf('GONE', quantity, cost.toString(), { fraction, fractionCost });
        const { holding, cash } = closeAt({ account, position: held }, price, TODAY);
        const { account: after, position } = holding;
        expect(cash.eq(price.times(quantity).plus(round(price.times(fraction), 4)))).toBe(true);
        expect(after.cash.plus(after.cost).eq(after.deposits.plus(after.realized))).toBe(true);
        expect(position.realized.eq(cash.minus(paid))).toBe(true);
        const left = [position.cost, position.fraction, position.fractionCost, after.cost].map(String);
        expect([position.quantity, ...left]).toEqual([0, '0', '0', '0', '0']);
      },
    ),
  );
});

test('a closed position is no loss of the day, and what the day realised by trades stays', () => {
  const untouched = positionOf('GONE', 100, 10_000, { day: '2026-02-27' });
  const sold = positionOf('GONE', 100, 10_000, {
    ...{ day: TODAY, dayStartQuantity: 150, dayFlow: decimal(4_000) },
    ...{ realized: decimal(-1_500), dayStartRealized: decimal(-500) },
  });
  for (const [position, realized] of [
    [untouched, '0'],
    [sold, '-1000'],
  ] as const) {
    const account = accountOf({ cost: 10_000 });
    const { holding } = closeAt({ account, position }, decimal('0.01'), TODAY);
    expect(changeOf(holding.position, undefined)).toBe(realized);
    expect(dailyLoss([holding.position], () => undefined, TODAY).toString()).toBe(realized.replace('-', ''));
  }
});
