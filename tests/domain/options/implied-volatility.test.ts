import { describe, expect, test } from '@jest/globals';
import { priceOf, rawVega } from '../../../src/domain/options/black-scholes.ts';
import { impliedVolatility } from '../../../src/domain/options/implied-volatility.ts';
import { impliedForward } from '../../../src/domain/options/parity.ts';
import { VALUES } from './haug.ts';

const MARKET = { spot: 100, rate: 0.03, dividendYield: 0.01 };
const CALL = { right: 'call', strike: 100, years: 0.5 } as const;
const PUT = { ...CALL, right: 'put' } as const;

describe('the implied volatility', () => {
  test('is the volatility of the price, to 1e-8 wherever the price depends on it', () => {
    let compared = 0;
    for (const right of ['call', 'put'] as const)
      for (const strike of [20, 50, 80, 95, 100, 105, 120, 200, 500])
        for (const years of [1 / 525_600, 1 / 365, 0.1, 1, 5])
          for (const volatility of [0.02, 0.1, 0.2, 0.35, 0.8, 2, 4]) {
            const terms = { right, strike, years };
            if (!(rawVega(MARKET, terms, volatility) > 1e-6)) continue;
            const implied = impliedVolatility(MARKET, terms, priceOf(MARKET, terms, volatility));
            // Where a cent of value is worth little volatility, the last digit of the price decides.
            const digits = Math.abs(priceOf(MARKET, terms, volatility)) * Number.EPSILON;
            const tolerance = 1e-8 + (8 * digits) / rawVega(MARKET, terms, volatility);
            expect({ terms, volatility, implied }).toEqual({
              terms,
              volatility,
              implied: { volatility: expect.any(Number) },
            });
            expect(Math.abs((implied as { volatility: number }).volatility - volatility)).toBeLessThan(
              tolerance,
            );
            compared += 1;
          }
    expect(compared).toBeGreaterThan(300);
  });

  test('of the published values is the published one, to what four decimals allow', () => {
    for (const published of VALUES) {
      const vega = rawVega(published, published, published.volatility);
      const implied = impliedVolatility(published, published, published.value);
      if ('reason' in implied) throw new Error(`${implied.reason}: ${JSON.stringify(published)}`);
      expect(Math.abs(implied.volatility - published.volatility)).toBeLessThan(2e-4 / vega);
    }
  });

  test.each([
    ['what exercise would bring', MARKET, { ...CALL, strike: 80 }, 20, 'below-intrinsic'],
    ['nothing', MARKET, CALL, 0, 'below-intrinsic'],
    ['a negative price', MARKET, PUT, -1, 'below-intrinsic'],
    ['no number', MARKET, CALL, Number.NaN, 'below-intrinsic'],
    ['more than the share', MARKET, CALL, 101, 'above-bound'],
    ['more than the strike', MARKET, PUT, 100, 'above-bound'],
    ['more than five hundred percent', MARKET, CALL, 96, 'out-of-range'],
  ] as const)('of %s does not exist, and says why', (_what, market, terms, price, reason) => {
    expect(impliedVolatility(market, terms, price)).toEqual({ reason });
  });
});

describe('the forward price', () => {
  test('is what the closest pair of call and put implies', () => {
    const forward = 101.5;
    const pairs = [90, 95, 100, 105, 110].map((strike) => {
      const at = (right: 'call' | 'put'): number =>
        priceOf({ spot: forward, rate: 0, dividendYield: 0 }, { right, strike, years: 0.25 }, 0.3);
      return { strike, call: at('call'), put: at('put') };
    });
    expect(impliedForward(pairs, 0, 0.25)).toBeCloseTo(forward, 10);
    expect(impliedForward([], 0, 0.25)).toBeUndefined();
  });
});
