import { describe, expect, test } from '@jest/globals';
import type { Quote } from '../../../src/domain/market/quote.ts';
import type { Position } from '../../../src/domain/trading/holdings.ts';
import { markOf, toKnownPrice } from '../../../src/domain/trading/marks.ts';
import { dailyLoss, portfolioToPayload } from '../../../src/domain/trading/portfolio.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';
import { accountOf, changeOf, NOON, positionOf, quoteOf, TODAY } from '../../support/trading.ts';

const loss = (positions: readonly Position[], quotes: (symbol: string) => Quote | undefined) =>
  dailyLoss(positions, quotes, TODAY).toString();

describe('the day change of a position', () => {
  const quote = quoteOf('AAPL', { price: 105, previousClose: 100 });

  test('of shares held since yesterday is against the previous close', () => {
    expect(changeOf(positionOf('AAPL', 10, 800), quote)).toBe('50');
  });

  test('of shares bought today is against what they cost', () => {
    const bought = positionOf('AAPL', 10, 1_030, { day: TODAY, dayFlow: decimal(-1_030) });
    expect(changeOf(bought, quote)).toBe('20');
  });

  test('counts what was sold today at the price it was sold for', () => {
    const sold = positionOf('AAPL', 0, 0, { day: TODAY, dayStartQuantity: 10, dayFlow: decimal(1_010) });
    expect(changeOf(sold, quote)).toBe('10');
  });

  test('forgets yesterday', () => {
    const older = positionOf('AAPL', 10, 1_030, { day: '2026-02-27', dayFlow: decimal(-1_030) });
    expect(changeOf(older, quote)).toBe('50');
  });

  test('is unknown where a price is missing, and the realised part counts', () => {
    const sold = positionOf('AAPL', 5, 400, {
      day: TODAY,
      dayStartQuantity: 10,
      dayFlow: decimal(500),
      realized: decimal(-120),
      dayStartRealized: decimal(-20),
    });
    for (const quote of [undefined, quoteOf('AAPL', { previousClose: undefined })]) {
      expect(changeOf(sold, quote)).toBeUndefined();
      expect(loss([sold], () => quote)).toBe('100');
      const holdings = { account: accountOf(), positions: [sold], external: null };
      const payload = portfolioToPayload(holdings, () => quote, NOON, TODAY);
      expect(payload.dayChange).toBe(-100);
      expect(payload.positions[0]).not.toHaveProperty('dayChange');
    }
  });

  test('adds up to the loss of the day, which is never negative', () => {
    const positions = [positionOf('AAPL', 10, 800), positionOf('MSFT', 10, 800)];
    const falling = (symbol: string) =>
      quoteOf(symbol, { price: symbol === 'AAPL' ? 90 : 101, previousClose: 100 });
    expect(loss(positions, falling)).toBe('90');
    expect(loss(positions, () => quote)).toBe('0');
  });
});

describe('a split that the books have yet to follow', () => {
  const split = { day: TODAY, from: 1, to: 4 };
  const quote = quoteOf('AAPL', { price: 25.5, previousClose: 25, split });
  const shareOf = (changes: Partial<Position>): unknown =>
    portfolioToPayload(
      { account: accountOf(), positions: [positionOf('AAPL', 10, 800, changes)], external: null },
      () => quote,
      NOON,
      TODAY,
    ).positions[0];

  test('is no loss: the price is that of a share that is held', () => {
    const held = { price: 102, marketValue: 1_020, dayChange: 20, unrealizedPnl: 220 };
    expect(shareOf({})).toMatchObject(held);
    expect(shareOf({ splitDay: '2026-01-02' })).toMatchObject(held);
    expect(loss([positionOf('AAPL', 10, 800)], () => quote)).toBe('0');
  });

  test('counts no second time in a position that has followed, before the quote says so', () => {
    expect(shareOf({ splitDay: TODAY })).toMatchObject({ price: 25.5, marketValue: 255, dayChange: 5 });
  });

  test('leaves the stored price of before it, which is divided with the books', () => {
    expect(toKnownPrice(quote)).toBeNull();
    const applied = { ...quote, split: { ...split, applied: true } as const };
    expect(toKnownPrice(applied)?.price.toNumber()).toBe(25.5);
  });
});

describe('the loss of the day', () => {
  test('without a previous close is what was realised, however far the price is from the cost', () => {
    const positions = [positionOf('AAPL', 10, 1_200), positionOf('MSFT', 10, 800)];
    const young = (symbol: string) => quoteOf(symbol, { price: 100, previousClose: undefined });
    expect(loss(positions, young)).toBe('0');
    const sold = { day: TODAY, dayStartQuantity: 15, realized: decimal(-30) };
    expect(loss([positionOf('AAPL', 10, 1_200, sold)], young)).toBe('30');
  });

  test.each([undefined, Number.NaN, 0])(
    'is that of the others while a symbol that is held is priced at %s',
    (price) => {
      const sold = { day: TODAY, dayStartQuantity: 15, realized: decimal(-30) };
      const positions = [positionOf('AAPL', 10, 800), positionOf('MSFT', 10, 9_000, sold)];
      const quotes = (symbol: string) =>
        symbol === 'AAPL'
          ? quoteOf(symbol, { price: 97, previousClose: 98 })
          : price === undefined
            ? price
            : quoteOf(symbol, { price, previousClose: undefined });
      // Ten dollars of AAPL, and what was realised of MSFT.
      expect(loss(positions, quotes)).toBe('40');
    },
  );

  test('needs no price of what is no longer held', () => {
    const sold = positionOf('AAPL', 0, 0, { day: TODAY, dayStartQuantity: 10, realized: decimal(-70) });
    expect(loss([sold], () => undefined)).toBe('70');
  });
});

describe('the portfolio on the wire', () => {
  test('values positions at the last price and adds up', () => {
    const holdings = {
      account: accountOf({ cash: '99099.1', reserved: '200.05', cost: '1200.9', realized: 300 }),
      positions: [positionOf('AAPL', 3, '300.3'), positionOf('MSFT', 7, '900.6'), positionOf('TSLA', 0, 0)],
      external: null,
    };
    const quotes = (symbol: string) =>
      symbol === 'AAPL' ? quoteOf(symbol, { price: 110.1, previousClose: 100 }) : undefined;
    expect(portfolioToPayload(holdings, quotes, NOON, TODAY)).toEqual({
      totalValue: 100_330,
      cash: 99_099.1,
      equity: 1_230.9,
      positions: [
        {
          symbol: 'AAPL',
          quantity: 3,
          averagePrice: 100.1,
          price: 110.1,
          marketValue: 330.3,
          unrealizedPnl: 30,
          unrealizedPnlPercent: 9.99,
          dayChange: 30.3,
          priced: true,
          mark: 'quote',
        },
        {
          symbol: 'MSFT',
          quantity: 7,
          averagePrice: 128.657143,
          price: 128.657143,
          marketValue: 900.6,
          unrealizedPnl: 0,
          unrealizedPnlPercent: 0,
          priced: false,
          mark: 'cost',
        },
      ],
      dayChange: 30.3,
      dayChangePercent: 0.0302,
      timestamp: '2026-03-02T17:00:00.000Z',
      source: 'paper',
      buyingPower: 98_899.05,
      realizedPnl: 300,
    });
  });

  test('of an account that is kept elsewhere is what was reported', () => {
    const external: PortfolioPayload = {
      totalValue: 1,
      cash: 1,
      equity: 0,
      positions: [],
      dayChange: 0,
      dayChangePercent: 0,
      timestamp: '2026-03-02T17:00:00.000Z',
      source: 'external',
    };
    const holdings = { account: accountOf(), positions: [], external };
    expect(portfolioToPayload(holdings, () => undefined, NOON, TODAY)).toBe(external);
  });

  test('values a share without a quote at its last known price, of its own time, and moves it no more', () => {
    const at = Date.parse('2026-02-27T21:00:00Z');
    const lastKnown = { price: decimal('12.34'), previousClose: decimal(20), day: '2026-02-27', at };
    const holdings = {
      account: accountOf({ cash: 99_000, cost: 1_000 }),
      positions: [positionOf('GONE', 50, 1_000, { lastKnown })],
      external: null,
    };
    expect(portfolioToPayload(holdings, () => undefined, NOON, TODAY)).toMatchObject({
      totalValue: 99_617,
      equity: 617,
      dayChange: 0,
      positions: [
        {
          symbol: 'GONE',
          price: 12.34,
          marketValue: 617,
          unrealizedPnl: -383,
          dayChange: 0,
          priced: true,
          mark: 'last-known',
          markedAt: '2026-02-27T21:00:00.000Z',
        },
      ],
    });
  });

  test('values an adjusted contract at its cost, and every other position as ever', () => {
    const adjusted = 'O:AAPL1260619C00100000';
    const holdings = {
      account: accountOf({ cash: 90_000, cost: 10_000 }),
      positions: [positionOf(adjusted, 2, 900), positionOf('AAPL', 10, 900)],
      external: null,
    };
    const payload = portfolioToPayload(holdings, (symbol) => quoteOf(symbol), NOON, TODAY);
    expect(payload).toMatchObject({
      equity: 1_900,
      positions: [
        { symbol: adjusted, marketValue: 900, mark: 'cost' },
        { symbol: 'AAPL', marketValue: 1_000, mark: 'quote' },
      ],
    });
  });
});

describe('the mark of a position', () => {
  const position = positionOf('GONE', 10, 900);
  const known = { price: decimal(90), previousClose: decimal(100), day: TODAY, at: NOON };

  test('is its quote, however well another price is known', () => {
    expect(markOf({ ...position, lastKnown: known }, quoteOf('GONE', { price: 88 }), TODAY)).toEqual({
      kind: 'quote',
      price: 88,
      previousClose: 98,
    });
  });

  test('of today keeps the previous close that was stored with it', () => {
    expect(changeOf({ ...position, lastKnown: known }, undefined)).toBe('-100');
  });

  test('of an earlier day begins this day where it ended that one', () => {
    expect(changeOf({ ...position, lastKnown: { ...known, day: '2026-02-27' } }, undefined)).toBe('0');
  });

  /** What a snapshot says of a share that has not traded since: its price is the previous close. */
  const untraded = { price: 14.25, previousClose: 14.25, priceTime: undefined, priceReceivedAt: undefined };

  test('is never a previous close, which is no price of now and costs nobody anything', () => {
    const quote = quoteOf('GONE', untraded);
    expect(toKnownPrice(quote)).toBeNull();
    expect(markOf(position, quote, TODAY)).toEqual({
      ...{ kind: 'cost', price: null, previousClose: 14.25 },
    });
    const stored = { ...position, lastKnown: known };
    expect(markOf(stored, quote, TODAY)).toMatchObject({ kind: 'last-known', price: decimal(90), at: NOON });
    expect(changeOf(stored, quote)).toBe('-100');
    const earlier = { ...position, lastKnown: { ...known, day: '2026-02-27' } };
    expect(changeOf(earlier, quote)).toBe('0');
    const bought = { ...stored, day: TODAY, dayFlow: decimal(-900) };
    expect(loss([bought], () => quote)).toBe('0');
  });

  test('is the newer one of a snapshot and what is stored', () => {
    const snapshot = (priceTime: number) =>
      markOf(
        { ...position, lastKnown: known },
        quoteOf('GONE', { price: 88, priceTime, priceReceivedAt: undefined }),
        TODAY,
      );
    expect(snapshot(NOON - 1)).toMatchObject({ kind: 'last-known', price: decimal(90) });
    expect(snapshot(NOON)).toMatchObject({ kind: 'quote', price: 88 });
  });

  test('is what the connection brought, also where a recording has begun again', () => {
    const again = quoteOf('GONE', { price: 88, priceTime: NOON - 3_600_000 });
    expect(markOf({ ...position, lastKnown: known }, again, TODAY)).toMatchObject({ kind: 'quote' });
  });

  test('is what is stored of the quote, after a restart, of the time of its price', () => {
    const quote = quoteOf('GONE', { sourceTime: NOON + 2_500, priceTime: NOON });
    const stored = { price: decimal(100), previousClose: decimal(98), day: TODAY, at: NOON };
    expect(toKnownPrice(quote)).toEqual({ ...stored, isHeard: true });
    expect(toKnownPrice({ ...quote, priceReceivedAt: undefined })).toEqual({ ...stored, isHeard: false });
    expect(toKnownPrice(quoteOf('GONE', { price: 0 }))).toBeNull();
    expect(toKnownPrice(undefined)).toBeNull();
  });
});
