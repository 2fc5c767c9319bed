import { describe, expect, test } from '@jest/globals';
import { fitnessOf } from '../../../src/domain/trading/fit.ts';
import type { OrderIntent } from '../../../src/domain/trading/order.ts';
import type { PlaceFacts } from '../../../src/domain/trading/placement.ts';
import { assess } from '../../../src/domain/trading/risk.ts';
import type { RiskInput } from '../../../src/domain/trading/risk-input.ts';
import type { RiskLimits } from '../../../src/domain/trading/risk-limits.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import { accountOf, LIMITS, NOON, positionOf, quoteOf, SPREADS, TODAY } from '../../support/trading.ts';

const order = (changes: Partial<OrderIntent> = {}): OrderIntent => ({
  symbol: 'AAPL',
  side: 'buy',
  type: 'market',
  timeInForce: 'day',
  quantity: 10,
  limitPrice: null,
  stopPrice: null,
  ...changes,
});
const facts = (changes: Partial<PlaceFacts> = {}): PlaceFacts => ({
  account: accountOf(),
  positions: [],
  open: { buy: 0, sell: 0 },
  duplicate: false,
  halted: null,
  ...changes,
});
const judge = (
  { quote = quoteOf('AAPL'), ...changes }: Partial<RiskInput> = {},
  limits: Partial<RiskLimits> = {},
) =>
  assess(
    {
      order: order(),
      facts: facts(),
      known: true,
      open: true,
      quote,
      fitness: fitnessOf(quote, NOON, SPREADS),
      quoteOf: (symbol) => quoteOf(symbol),
      today: TODAY,
      ...changes,
    },
    { ...LIMITS, ...limits },
  );
const code = (verdict: ReturnType<typeof assess>) => (verdict.approved ? 'approved' : verdict.code);

describe('an order within every limit', () => {
  test('is approved and reserves what it may cost at worst', () => {
    const verdict = judge();
    expect(verdict).toMatchObject({ approved: true });
    expect(verdict.approved && [verdict.boundPrice.toString(), verdict.reserve.toString()]).toEqual([
      '105',
      '1050',
    ]);
  });

  test('reserves no cash when it sells', () => {
    const verdict = judge({
      order: order({ side: 'sell' }),
      facts: facts({ positions: [positionOf('AAPL', 10, 900)] }),
    });
    expect(verdict.approved && verdict.reserve.toString()).toBe('0');
  });
});

describe('an order is refused', () => {
  test.each<[string, Partial<RiskInput>, Partial<RiskLimits>]>([
    ['TRADING_HALTED', { facts: facts({ halted: 'everyone' }) }, {}],
    ['TRADING_HALTED', { facts: facts({ halted: 'user' }) }, {}],
    ['INVALID_ORDER', { order: order({ quantity: Number.NaN }) }, {}],
    ['INVALID_ORDER', { order: order({ quantity: 1.5 }) }, {}],
    ['INVALID_ORDER', { order: order({ quantity: -1 }) }, {}],
    ['INVALID_ORDER', { order: order({ type: 'limit' }) }, {}],
    ['INVALID_ORDER', { order: order({ limitPrice: decimal(100) }) }, {}],
    ['INVALID_ORDER', { order: order({ type: 'limit', limitPrice: decimal('100.001') }) }, {}],
    ['INVALID_ORDER', { order: order({ type: 'stop', stopPrice: decimal(99) }) }, {}],
    ['UNKNOWN_SYMBOL', { known: false }, {}],
    ['MARKET_CLOSED', { open: false }, {}],
    ['MARKET_CLOSED', { open: false, order: order({ timeInForce: 'gtc' }) }, {}],
    ['MARKET_CLOSED', { open: false, order: order({ type: 'limit', limitPrice: decimal(100) }) }, {}],
    ['NO_QUOTE', { quote: quoteOf('AAPL', { price: 0 }) }, {}],
    ['NO_QUOTE', { quote: quoteOf('AAPL', { ask: Number.NaN }) }, {}],
    ['NO_QUOTE', { quote: quoteOf('AAPL', { price: Number.NaN }) }, {}],
    ['STALE_QUOTE', { quote: quoteOf('AAPL', { state: 'stale' }) }, {}],
    ['DUPLICATE_ORDER', { facts: facts({ duplicate: true }) }, {}],
    ['PRICE_COLLAR', { order: order({ type: 'limit', limitPrice: decimal('110.01') }) }, {}],
    ['MAX_ORDER_VALUE', {}, { maxOrderValue: decimal(1_049) }],
    [
      'MAX_POSITION',
      { facts: facts({ open: { buy: 1, sell: 0 }, positions: [positionOf('AAPL', 10, 900)] }) },
      { maxPositionValue: decimal(2_102) },
    ],
    ['INSUFFICIENT_FUNDS', { facts: facts({ account: accountOf({ cash: 2_000, reserved: 951 }) }) }, {}],
    ['INSUFFICIENT_POSITION', { order: order({ side: 'sell' }) }, {}],
    [
      'INSUFFICIENT_POSITION',
      {
        order: order({ side: 'sell' }),
        facts: facts({ open: { buy: 0, sell: 1 }, positions: [positionOf('AAPL', 10, 900)] }),
      },
      {},
    ],
    [
      'DAILY_LOSS_LIMIT',
      {
        facts: facts({ positions: [positionOf('MSFT', 50, 900)] }),
        quoteOf: (symbol) => quoteOf(symbol, { price: 88 }),
      },
      { dailyLossLimit: decimal(500) },
    ],
  ])('with %s (case %#)', (expected, input, limits) => {
    const verdict = judge(input, limits);
    expect(code(verdict)).toBe(expected);
    expect(verdict.approved || verdict.message).toMatch(/^[A-Z].*\.$/);
  });

  test('with the numbers that were compared', () => {
    expect(judge({ facts: facts({ account: accountOf({ cash: 1_000 }) }) })).toMatchObject({
      message: 'Insufficient funds: the order may cost $1,050.00, buying power is $1,000.00.',
      numbers: { value: '1050', buyingPower: '1000' },
    });
  });

  test('a share without a market is none that was misspelt: its holder is told who closes the position', () => {
    const selling = { order: order({ symbol: 'GONE', side: 'sell' }), known: false };
    const parts = { fraction: decimal('0.5'), fractionCost: decimal(1) };
    for (const position of [positionOf('GONE', 10, 900), positionOf('GONE', 0, 0, parts)])
      expect(judge({ ...selling, facts: facts({ positions: [position] }) })).toMatchObject({
        code: 'UNKNOWN_SYMBOL',
        message: 'GONE has no market here any more. The operator can close your position in it.',
      });
    expect(judge({ ...selling, facts: facts({ positions: [positionOf('GONE', 0, 0)] }) })).toMatchObject({
      code: 'UNKNOWN_SYMBOL',
      message: 'GONE is not a symbol that can be traded here.',
    });
  });
});

describe('at the very limit', () => {
  test.each<[string, Partial<RiskInput>, Partial<RiskLimits>]>([
    ['all the buying power', { facts: facts({ account: accountOf({ cash: '1050' }) }) }, {}],
    [
      'all the shares',
      {
        order: order({ side: 'sell' }),
        facts: facts({ open: { buy: 0, sell: 5 }, positions: [positionOf('AAPL', 15, 900)] }),
      },
      {},
    ],
    ['the largest order', {}, { maxOrderValue: decimal('1050') }],
    ['the largest position', {}, { maxPositionValue: decimal(1_001) }],
    ['the edge of the collar', { order: order({ type: 'limit', limitPrice: decimal('110') }) }, {}],
  ])('%s is allowed', (_, input, limits) => {
    expect(code(judge(input, limits))).toBe('approved');
  });

  test('a limit far away from the market, where it can only wait, is allowed', () => {
    expect(code(judge({ order: order({ type: 'limit', limitPrice: decimal(10) }) }))).toBe('approved');
  });

  test('out of hours a limit order good till cancelled waits for the next session', () => {
    const waiting = order({ type: 'limit', timeInForce: 'gtc', limitPrice: decimal(90) });
    expect(code(judge({ open: false, quote: quoteOf('AAPL', { state: 'closed' }), order: waiting }))).toBe(
      'approved',
    );
  });

  test('the same order twice is allowed where the check is turned off', () => {
    expect(code(judge({ facts: facts({ duplicate: true }) }, { duplicateWindowMs: 0 }))).toBe('approved');
  });

  test('a missing price of what is held prevents neither a sale nor a purchase of anything else', () => {
    const unpriced = { quoteOf: () => undefined };
    const held = facts({ positions: [positionOf('AAPL', 10, 900), positionOf('MSFT', 50, 900)] });
    expect(code(judge({ ...unpriced, facts: held, order: order({ side: 'sell' }) }))).toBe('approved');
    expect(code(judge({ ...unpriced, facts: held }))).toBe('approved');
  });

  test('a share without a quote counts at its last known price of today, and leaves the loss of the others to count', () => {
    const lastKnown = { price: decimal(90), previousClose: decimal(100), day: TODAY, at: NOON };
    const held = facts({
      positions: [positionOf('GONE', 10, 900, { lastKnown }), positionOf('MSFT', 50, 900)],
    });
    const quoteOfOthers = (symbol: string) =>
      symbol === 'GONE' ? undefined : quoteOf(symbol, { price: 97, previousClose: 98 });
    const input = { facts: held, quoteOf: quoteOfOthers };
    expect(judge(input, { dailyLossLimit: decimal(150) })).toMatchObject({
      code: 'DAILY_LOSS_LIMIT',
      numbers: { loss: '150' },
    });
    expect(code(judge(input, { dailyLossLimit: decimal('150.01') }))).toBe('approved');
  });

  test('a loss prevents no sale', () => {
    const selling = {
      order: order({ side: 'sell' }),
      facts: facts({ positions: [positionOf('AAPL', 10, 9_000)] }),
      quoteOf: (symbol: string) => quoteOf(symbol, { price: 1 }),
    };
    expect(code(judge(selling, { dailyLossLimit: decimal(1) }))).toBe('approved');
  });
});
