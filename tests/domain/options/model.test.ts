import { describe, expect, test } from '@jest/globals';
import { greeksOf, priceOf } from '../../../src/domain/options/black-scholes.ts';
import {
  type ContractInputs,
  fairPrice,
  saneVendor,
  valueContract,
} from '../../../src/domain/options/model.ts';

const MARKET = { spot: 100, rate: 0.04, dividendYield: 0.01 };
const TERMS = { right: 'call', strike: 105 } as const;
const VENDOR = { impliedVolatility: 0.25, delta: 0.4, gamma: 0.03, theta: -0.02, vega: 0.2 };

describe('the price of a contract', () => {
  test.each([
    ['the middle of its quote', { bid: 1, ask: 1.2 }, 1.1],
    ['the middle of a quote half as wide as it', { bid: 3, ask: 5 }, 4],
    ['unknown where the quote is wider', { bid: 1, ask: 2 }, undefined],
    ['unknown where a side is missing', { ask: 2 }, undefined],
    ['unknown where the quote is crossed', { bid: 2, ask: 1 }, undefined],
    ['unknown where the bid is zero', { bid: 0, ask: 0.05 }, undefined],
    ['unknown without anything', {}, undefined],
  ])('is %s', (_what, prices, price) => {
    expect(fairPrice(prices)).toBe(price);
  });
});

describe('the vendor’s greeks', () => {
  test('are taken as they are', () => {
    expect(saneVendor(VENDOR)).toEqual({ source: 'vendor', ...VENDOR });
  });

  test.each([
    ['without a volatility', { impliedVolatility: undefined }],
    ['with a volatility of zero', { impliedVolatility: 0 }],
    ['with the volatility at which the solver stops', { impliedVolatility: 5 }],
    ['without one of them', { theta: undefined }],
    ['with the delta of a share and no gamma', { delta: 1, gamma: 0 }],
    ['with no delta and no gamma', { delta: 0, gamma: 0 }],
    ['with a delta that none has', { delta: 1.2 }],
    ['that are no numbers', { vega: Number.NaN }],
  ])('%s are none', (_what, part) => {
    expect(saneVendor({ ...VENDOR, ...part })).toBeUndefined();
  });
});

describe('a contract', () => {
  const years = 0.25;
  const price = priceOf(MARKET, { ...TERMS, years }, 0.3);
  const inputs: ContractInputs = {
    vendor: {},
    prices: { bid: price - 0.01, ask: price + 0.01 },
    terms: TERMS,
    years,
    market: MARKET,
  };

  test('without the vendor’s greeks has those of the model, marked so', () => {
    const valuation = valueContract(inputs);
    const { impliedVolatility, source, ...greeks } = valuation as {
      impliedVolatility: number;
      source: string;
    };
    expect(source).toBe('model');
    expect(impliedVolatility).toBeCloseTo(0.3, 6);
    expect(greeks).toEqual(greeksOf(MARKET, { ...TERMS, years }, impliedVolatility));
  });

  test('with the vendor’s greeks has those', () => {
    expect(valueContract({ ...inputs, vendor: VENDOR })).toEqual({ source: 'vendor', ...VENDOR });
  });

  test.each([
    ['has expired', { years: null }, 'expired'],
    ['has an underlying without a price', { market: null }, 'no-underlying'],
    ['has no quote', { prices: {} }, 'no-quote'],
    [
      'costs no more than its exercise brings',
      { terms: { right: 'call', strike: 50 }, prices: { bid: 49, ask: 49.1 } },
      'below-intrinsic',
    ],
    ['costs more than its underlying', { prices: { bid: 120, ask: 121 } }, 'above-bound'],
  ] as const)('that %s has none, with the reason', (_what, part, reason) => {
    expect(valueContract({ ...inputs, ...part } as ContractInputs)).toEqual({ reason });
  });
});
