import { describe, expect, test } from '@jest/globals';
import {
  forwardOf,
  greeksOf,
  type Market,
  priceOf,
  yieldOf,
} from '../../../src/domain/options/black-scholes.ts';
import { cumulative } from '../../../src/domain/options/normal.ts';
import { GREEKS, type Published, VALUES } from './haug.ts';

/** Half of the last digit of the book, and the digit that its own arithmetic may be off. */
const TOLERANCE = 1e-4;

/** What the value gains for one whole unit of a number of the market, by a central difference. */
function slope(published: Published, moved: (market: Market, by: number) => Market): number {
  const step = 1e-5;
  const at = (by: number): number => priceOf(moved(published, by), published, published.volatility);
  return (at(step) - at(-step)) / (2 * step);
}

const SENSITIVITIES: Readonly<Record<string, (published: Published) => number>> = {
  delta: (published) => greeksOf(published, published, published.volatility).delta,
  gamma: (published) => greeksOf(published, published, published.volatility).gamma,
  vega: (published) => greeksOf(published, published, published.volatility).vega * 100,
  theta: (published) => greeksOf(published, published, published.volatility).theta * 365,
  thetaPerDay: (published) => greeksOf(published, published, published.volatility).theta,
  elasticity(published) {
    const { delta } = greeksOf(published, published, published.volatility);
    return (delta * published.spot) / priceOf(published, published, published.volatility);
  },
  rho: (published) => slope(published, (market, by) => ({ ...market, rate: market.rate + by })),
  dividendRho: (published) =>
    slope(published, (market, by) => ({ ...market, dividendYield: market.dividendYield + by })),
};

describe('European options', () => {
  test('have the 43 published values', () => {
    expect(VALUES).toHaveLength(43);
    for (const published of VALUES) {
      const value = priceOf(published, published, published.volatility);
      expect({ published, off: Math.abs(value - published.value) < TOLERANCE }).toEqual({
        published,
        off: true,
      });
    }
  });

  test('have the 11 published sensitivities', () => {
    expect(GREEKS).toHaveLength(11);
    for (const published of GREEKS) {
      const sensitivity = SENSITIVITIES[published.name]!(published);
      expect({ published, sensitivity, near: Math.abs(sensitivity - published.value) < TOLERANCE }).toEqual({
        published,
        sensitivity,
        near: true,
      });
    }
  });

  test('have the values of Hull’s example', () => {
    const market = { spot: 49, rate: 0.05, dividendYield: 0 };
    const terms = { right: 'call', strike: 50, years: 0.3846 } as const;
    expect(priceOf(market, terms, 0.2)).toBeCloseTo(2.4005, 3);
    const greeks = greeksOf(market, terms, 0.2);
    expect(greeks.delta).toBeCloseTo(0.5216, 4);
    expect(greeks.gamma).toBeCloseTo(0.06555, 5);
    expect(greeks.theta * 365).toBeCloseTo(-4.3054, 3);
    expect(greeks.vega * 100).toBeCloseTo(12.105, 3);
  });

  test('meet put-call parity, whatever the market', () => {
    for (const { right: _right, ...published } of VALUES) {
      const { strike, years, rate, volatility } = published;
      const call = priceOf(published, { ...published, right: 'call' }, volatility);
      const put = priceOf(published, { ...published, right: 'put' }, volatility);
      const forward = forwardOf(published, years);
      expect(call - put).toBeCloseTo((forward - strike) * Math.exp(-rate * years), 10);
    }
  });

  test('a yield leads from the spot to the forward that it was taken from', () => {
    const dividendYield = yieldOf(100, 97.5, 0.03, 0.4);
    expect(forwardOf({ spot: 100, rate: 0.03, dividendYield }, 0.4)).toBeCloseTo(97.5, 10);
  });
});

test('the normal distribution is exact to ten digits, and far tails neither vanish nor exceed one', () => {
  // Abramowitz and Stegun, Handbook of Mathematical Functions, tables 26.1 and 26.2.
  expect(cumulative(0)).toBeCloseTo(0.5, 15);
  expect(cumulative(1)).toBeCloseTo(0.841344746068543, 14);
  expect(cumulative(-1)).toBeCloseTo(0.158655253931457, 14);
  expect(cumulative(3)).toBeCloseTo(0.99865010196837, 14);
  expect(cumulative(-8) / 6.22096057427178e-16).toBeCloseTo(1, 6);
  expect(cumulative(-20) / 2.75362411860623e-89).toBeCloseTo(1, 6);
  expect([cumulative(-40), cumulative(40)]).toEqual([0, 1]);
});
