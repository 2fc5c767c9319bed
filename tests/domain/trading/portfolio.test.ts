import { describe, expect, test } from '@jest/globals';
import type { Quote } from '../../../src/domain/market/quote.ts';
import type { Position } from '../../../src/domain/trading/holdings.ts';
import { dailyLoss, dayChange, portfolioToPayload } from '../../../src/domain/trading/portfolio.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';
import { accountOf, NOON, positionOf, quoteOf, TODAY } from '../../support/trading.ts';

const loss = (positions: readonly Position[], quotes: (symbol: string) => Quote | undefined) => {
  const day = dailyLoss(positions, quotes, TODAY, () => true);
  return 'loss' in day ? day.loss.toString() : `no price for ${day.unpriced}`;
};

describe('the day change of a position', () => {
  const quote = quoteOf('AAPL', { price: 105, previousClose: 100 });

  test('of shares held since yesterday is against the previous close', () => {
    expect(dayChange(positionOf('AAPL', 10, 800), quote, TODAY).toString()).toBe('50');
  });

  test('of shares bought today is against what they cost', () => {
    const bought = positionOf('AAPL', 10, 1_030, { day: TODAY, dayFlow: decimal(-1_030) });
    expect(dayChange(bought, quote, TODAY).toString()).toBe('20');
  });

  test('counts what was sold today at the price it was sold for', () => {
    const sold = positionOf('AAPL', 0, 0, { day: TODAY, dayStartQuantity: 10, dayFlow: decimal(1_010) });
    expect(dayChange(sold, quote, TODAY).toString()).toBe('10');
  });

  test('forgets yesterday', () => {
    const older = positionOf('AAPL', 10, 1_030, { day: '2026-02-27', dayFlow: decimal(-1_030) });
    expect(dayChange(older, quote, TODAY).toString()).toBe('50');
  });

  test('is the realised part where no price is known', () => {
    const sold = positionOf('AAPL', 5, 400, {
      day: TODAY,
      dayStartQuantity: 10,
      dayFlow: decimal(500),
      realized: decimal(120),
      dayStartRealized: decimal(20),
    });
    expect(dayChange(sold, undefined, TODAY).toString()).toBe('100');
    expect(dayChange(sold, quoteOf('AAPL', { previousClose: undefined }), TODAY).toString()).toBe('100');
  });

  test('adds up to the loss of the day, which is never negative', () => {
    const positions = [positionOf('AAPL', 10, 800), positionOf('MSFT', 10, 800)];
    const falling = (symbol: string) =>
      quoteOf(symbol, { price: symbol === 'AAPL' ? 90 : 101, previousClose: 100 });
    expect(loss(positions, falling)).toBe('90');
    expect(loss(positions, () => quote)).toBe('0');
  });
});

describe('the loss of the day', () => {
  test('without a previous close is the loss against the cost, and a gain against it makes up for nothing', () => {
    const positions = [positionOf('AAPL', 10, 1_200), positionOf('MSFT', 10, 800)];
    const young = (symbol: string) => quoteOf(symbol, { price: 100, previousClose: undefined });
    expect(loss(positions, young)).toBe('200');
    const sold = { day: TODAY, dayStartQuantity: 15, realized: decimal(-30) };
    expect(loss([positionOf('AAPL', 10, 1_200, sold)], young)).toBe('230');
  });

  test.each([undefined, Number.NaN, 0])('is unknown while a symbol that is held is priced at %s', (price) => {
    const positions = [positionOf('AAPL', 10, 800), positionOf('MSFT', 1, 100)];
    const quotes = (symbol: string) =>
      symbol === 'AAPL' ? quoteOf(symbol) : price === undefined ? price : quoteOf(symbol, { price });
    expect(dailyLoss(positions, quotes, TODAY, () => true)).toEqual({ unpriced: 'MSFT' });
  });

  test('needs no price of shares that this market does not have, and counts what was realised of them', () => {
    const positions = [
      positionOf('GONE', 10, 800, { day: TODAY, dayStartQuantity: 15, realized: decimal(-30) }),
    ];
    expect(
      dailyLoss(
        positions,
        () => undefined,
        TODAY,
        () => false,
      ),
    ).toMatchObject({ loss: decimal(30) });
  });

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
        },
        {
          symbol: 'MSFT',
          quantity: 7,
          averagePrice: 128.657143,
          price: 128.657143,
          marketValue: 900.6,
          unrealizedPnl: 0,
          unrealizedPnlPercent: 0,
          dayChange: 0,
          priced: false,
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
});
