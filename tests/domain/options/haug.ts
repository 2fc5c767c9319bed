/**
 * Published values of European options: E. G. Haug, The Complete Guide to Option Pricing Formulas (McGraw-Hill 1998),
 * pp. 2-8, 24, 27, and the sensitivities of pp. 11-16. Rates are continuous; vega is for 1.00 of volatility, theta for
 * one year, rho for 1.00 of rate.
 */
import type { Market, Right, Terms } from '../../../src/domain/options/black-scholes.ts';

export interface Published extends Market, Terms {
  readonly volatility: number;
  readonly value: number;
}

type Row = readonly [
  right: Right,
  spot: number,
  strike: number,
  rate: number,
  dividendYield: number,
  years: number,
  volatility: number,
  value: number,
];

const toPublished = ([
  right,
  spot,
  strike,
  rate,
  dividendYield,
  years,
  volatility,
  value,
]: Row): Published => ({
  right,
  spot,
  strike,
  rate,
  dividendYield,
  years,
  volatility,
  value,
});

// biome-ignore format: one line for each row of the book
const VALUE_ROWS: readonly Row[] = [
  ['call', 60, 65, 0.08, 0, 0.25, 0.3, 2.1334],
  ['put', 100, 95, 0.1, 0.05, 0.5, 0.2, 2.4648],
  ['put', 19, 19, 0.1, 0.1, 0.75, 0.28, 1.7011],
  ['call', 19, 19, 0.1, 0.1, 0.75, 0.28, 1.7011],
  ['call', 1.56, 1.6, 0.06, 0.08, 0.5, 0.12, 0.0291],
  ['put', 75, 70, 0.1, 0.05, 0.5, 0.35, 4.087],
  ['call', 42, 40, 0.04, 0.08, 0.75, 0.35, 5.0975],
  ['call', 90, 100, 0.1, 0.1, 0.1, 0.15, 0.0205],
  ['call', 100, 100, 0.1, 0.1, 0.1, 0.15, 1.8734],
  ['call', 110, 100, 0.1, 0.1, 0.1, 0.15, 9.9413],
  ['call', 90, 100, 0.1, 0.1, 0.1, 0.25, 0.315],
  ['call', 100, 100, 0.1, 0.1, 0.1, 0.25, 3.1217],
  ['call', 110, 100, 0.1, 0.1, 0.1, 0.25, 10.3556],
  ['call', 90, 100, 0.1, 0.1, 0.1, 0.35, 0.9474],
  ['call', 100, 100, 0.1, 0.1, 0.1, 0.35, 4.3693],
  ['call', 110, 100, 0.1, 0.1, 0.1, 0.35, 11.1381],
  ['call', 90, 100, 0.1, 0.1, 0.5, 0.15, 0.8069],
  ['call', 100, 100, 0.1, 0.1, 0.5, 0.15, 4.0232],
  ['call', 110, 100, 0.1, 0.1, 0.5, 0.15, 10.5769],
  ['call', 90, 100, 0.1, 0.1, 0.5, 0.25, 2.7026],
  ['call', 100, 100, 0.1, 0.1, 0.5, 0.25, 6.6997],
  ['call', 110, 100, 0.1, 0.1, 0.5, 0.25, 12.7857],
  ['call', 90, 100, 0.1, 0.1, 0.5, 0.35, 4.9329],
  ['call', 100, 100, 0.1, 0.1, 0.5, 0.35, 9.3679],
  ['call', 110, 100, 0.1, 0.1, 0.5, 0.35, 15.3086],
  ['put', 90, 100, 0.1, 0.1, 0.1, 0.15, 9.921],
  ['put', 100, 100, 0.1, 0.1, 0.1, 0.15, 1.8734],
  ['put', 110, 100, 0.1, 0.1, 0.1, 0.15, 0.0408],
  ['put', 90, 100, 0.1, 0.1, 0.1, 0.25, 10.2155],
  ['put', 100, 100, 0.1, 0.1, 0.1, 0.25, 3.1217],
  ['put', 110, 100, 0.1, 0.1, 0.1, 0.25, 0.4551],
  ['put', 90, 100, 0.1, 0.1, 0.1, 0.35, 10.8479],
  ['put', 100, 100, 0.1, 0.1, 0.1, 0.35, 4.3693],
  ['put', 110, 100, 0.1, 0.1, 0.1, 0.35, 1.2376],
  ['put', 90, 100, 0.1, 0.1, 0.5, 0.15, 10.3192],
  ['put', 100, 100, 0.1, 0.1, 0.5, 0.15, 4.0232],
  ['put', 110, 100, 0.1, 0.1, 0.5, 0.15, 1.0646],
  ['put', 90, 100, 0.1, 0.1, 0.5, 0.25, 12.2149],
  ['put', 100, 100, 0.1, 0.1, 0.5, 0.25, 6.6997],
  ['put', 110, 100, 0.1, 0.1, 0.5, 0.25, 3.2734],
  ['put', 90, 100, 0.1, 0.1, 0.5, 0.35, 14.4452],
  ['put', 100, 100, 0.1, 0.1, 0.5, 0.35, 9.3679],
  ['put', 110, 100, 0.1, 0.1, 0.5, 0.35, 5.7963],
];

// biome-ignore format: one line for each row of the book
const GREEK_ROWS: readonly (readonly [name: string, row: Row])[] = [
  ['delta', ['call', 105, 100, 0.1, 0.1, 0.5, 0.36, 0.5946]],
  ['delta', ['put', 105, 100, 0.1, 0.1, 0.5, 0.36, -0.3566]],
  ['elasticity', ['put', 105, 100, 0.1, 0.1, 0.5, 0.36, -4.8775]],
  ['gamma', ['call', 55, 60, 0.1, 0, 0.75, 0.3, 0.0278]],
  ['gamma', ['put', 55, 60, 0.1, 0, 0.75, 0.3, 0.0278]],
  ['vega', ['call', 55, 60, 0.1, 0, 0.75, 0.3, 18.9358]],
  ['vega', ['put', 55, 60, 0.1, 0, 0.75, 0.3, 18.9358]],
  ['theta', ['put', 430, 405, 0.07, 0.05, 1 / 12, 0.2, -31.1924]],
  ['thetaPerDay', ['put', 430, 405, 0.07, 0.05, 1 / 12, 0.2, -0.0855]],
  ['rho', ['call', 72, 75, 0.09, 0, 1, 0.19, 38.7325]],
  ['dividendRho', ['put', 500, 490, 0.08, 0.05, 0.25, 0.15, 42.2254]],
];

/** To four decimals. */
export const VALUES = VALUE_ROWS.map(toPublished);
export const GREEKS = GREEK_ROWS.map(([name, row]) => ({ name, ...toPublished(row) }));
