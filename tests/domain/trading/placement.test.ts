import { describe, expect, test } from '@jest/globals';
import {
  type Decision,
  judgeBatch,
  type PlaceFacts,
  type PlaceReading,
  type PlaceRequest,
} from '../../../src/domain/trading/placement.ts';
import { fingerprint, isSameOrder } from '../../../src/domain/trading/same-order.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import { accountOf, orderOf } from '../../support/trading.ts';

const intentOf = (changes: Parameters<typeof orderOf>[0] = {}) => {
  const { symbol, side, type, timeInForce, quantity, limitPrice, stopPrice } = orderOf(changes);
  return { symbol, side, type, timeInForce, quantity, limitPrice, stopPrice };
};

const readingOf = (changes: Partial<PlaceReading> = {}): PlaceReading => ({
  account: accountOf({ reserved: 50 }),
  positions: [],
  open: { buy: 3, sell: 0 },
  alike: null,
  known: null,
  halted: null,
  banned: false,
  signedIn: true,
  ...changes,
});

describe('a batch of placements', () => {
  /** Judges orders of one user or another; answers with the decisions and the facts that each judge received. */
  function judge(
    orders: readonly (Parameters<typeof orderOf>[0] & { readonly key?: string })[],
    reading: (index: number) => Partial<PlaceReading> = () => ({}),
  ): { decisions: Decision[]; seen: PlaceFacts[] } {
    const seen: PlaceFacts[] = [];
    const requests = orders.map(({ key = `key-${orders.length}`, ...changes }, index): PlaceRequest => {
      const order = orderOf({
        status: 'accepted',
        reserved: decimal(100),
        clientOrderId: key === 'same' ? key : `${key}-${index}`,
        ...changes,
      });
      return {
        query: {
          userId: order.userId,
          key: order.clientOrderId,
          intent: intentOf(order),
          duplicatesSince: 0,
          sessionId: null,
        },
        judge(facts) {
          seen.push(facts);
          return { order, events: [] };
        },
      };
    });
    const decisions = judgeBatch(
      requests,
      orders.map((_, index) => readingOf(reading(index))),
    );
    return { decisions, seen };
  }

  test('is judged in order, each as if those before it were written already', () => {
    const { seen } = judge([
      { quantity: 10 },
      { quantity: 5, side: 'sell', reserved: decimal(0) },
      { quantity: 7, symbol: 'MSFT' },
      { quantity: 1 },
    ]);
    expect(seen.map(({ account }) => account.reserved.toString())).toEqual(['50', '150', '150', '250']);
    expect(seen.map(({ open }) => open)).toEqual([
      { buy: 3, sell: 0 },
      { buy: 13, sell: 0 },
      { buy: 3, sell: 0 },
      { buy: 13, sell: 5 },
    ]);
  });

  test('of several users keeps them apart', () => {
    const { seen } = judge([{ userId: 'one' }, { userId: 'other' }]);
    expect(
      seen.map(({ account, open, duplicate }) => [String(account.reserved), open.buy, duplicate]),
    ).toEqual([
      ['50', 3, false],
      ['50', 3, false],
    ]);
  });

  test('counts no denied order: not its shares, and not as the same order', () => {
    const { seen } = judge([{ status: 'denied', reserved: decimal(0) }, {}]);
    expect([seen[1]!.open.buy, seen[1]!.duplicate]).toEqual([3, false]);
  });

  test.each([
    ['the same order before it', [{}, {}], null, true],
    ['a day order and its twin good till cancelled', [{}, { timeInForce: 'gtc' }], null, true],
    ['the same order in the database', [{ quantity: 1 }, {}], intentOf(), true],
    ['another symbol', [{ symbol: 'MSFT' }, {}], intentOf({ symbol: 'MSFT' }), false],
    ['another quantity', [{ quantity: 9 }, {}], intentOf({ quantity: 11 }), false],
    ['another side', [{ side: 'sell' }, {}], intentOf({ side: 'sell' }), false],
    [
      'a stop at the price of a limit',
      [{ quantity: 1 }, { type: 'limit', limitPrice: decimal(99) }],
      intentOf({ type: 'stop', stopPrice: decimal(99) }),
      false,
    ],
    [
      'another limit',
      [{}, { type: 'limit', limitPrice: decimal(99) }],
      intentOf({ type: 'limit', limitPrice: decimal('99.01') }),
      false,
    ],
    [
      'the same limit, written with other decimals',
      [{ quantity: 1 }, { type: 'limit', limitPrice: decimal(99) }],
      intentOf({ type: 'limit', limitPrice: decimal('99.0000') }),
      true,
    ],
  ] as const)('finds duplicates: %s', (_what, orders, alike, duplicate) => {
    const { seen } = judge(orders, () => ({ alike }));
    expect(seen[1]!.duplicate).toBe(duplicate);
  });

  test('answers a key that was used before with its order, in the database or in the batch', () => {
    const known = orderOf();
    const { decisions, seen } = judge([{ key: 'same' }, { key: 'same' }, {}], (index) =>
      index === 2 ? { known } : {},
    );
    expect(decisions[1]).toEqual({ known: (decisions[0] as { made: { order: unknown } }).made.order });
    expect(decisions[2]).toEqual({ known });
    expect(seen).toHaveLength(1);
    // What was answered stays so: the order is not placed by the repeat.
    expect(judge([{}], () => ({ known, banned: true })).decisions).toEqual([{ known }]);
    const ended = judge([{}], () => ({ known, signedIn: false })).decisions;
    expect(ended).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
  });

  test('refuses a sender without an account, without a session or banned, and only that one', () => {
    const refused: Partial<PlaceReading>[] = [{ account: null }, { signedIn: false }, { banned: true }, {}];
    const { decisions } = judge([{}, {}, {}, {}], (index) => refused[index]!);
    expect(decisions).toMatchObject([
      { code: 'NOT_FOUND' },
      { code: 'UNAUTHENTICATED', message: 'Your session has ended. Sign in again.' },
      { code: 'FORBIDDEN' },
      { made: { order: { status: 'accepted' } } },
    ]);
  });
});

describe('what makes a request the same', () => {
  test('is the time in force too, which does not make another order', () => {
    const [day, gtc] = [intentOf(), intentOf({ timeInForce: 'gtc' })];
    expect(isSameOrder(day, gtc)).toBe(true);
    expect(fingerprint(day)).not.toBe(fingerprint(gtc));
  });

  test('is digested as it was before, because replicas of the last version read the digest', () => {
    const order = { type: 'limit', quantity: 10, limitPrice: decimal('99.5'), timeInForce: 'gtc' } as const;
    expect(fingerprint(intentOf(order))).toBe('jzx2MrK8LLgY-nnsMmPXYc9pS6_DstMdA7UNyB2NPsA');
  });
});
