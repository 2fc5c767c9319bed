/** The two charts of a chain as numbers in a unit square: x from the lowest to the highest strike, y upwards. */
import type { StrikeRow } from './figures.ts';

export interface StrikePoint {
  readonly strike: number;
  readonly x: number;
  readonly y: number;
}

export interface Smile {
  /** Each side where it is out of the money: there its price is nearly all volatility. */
  readonly puts: readonly StrikePoint[];
  readonly calls: readonly StrikePoint[];
  /** Volatilities at the bottom and the top, decimals. */
  readonly low: number;
  readonly high: number;
  readonly from: number;
  readonly to: number;
}

/** Steps of a scale, points of volatility. */
const SCALE_STEP = 0.05;

/**
 * The volatility of puts below the price and of calls above it; null where it is known of fewer than two strikes. For a
 * contract that is offered and not bid for nobody pays: the volatility of its ask is a matter of the smallest price
 * step. Where neither is known, as on a plan without quotes, the volatility is not of an ask.
 */
export function smileOf(rows: readonly StrikeRow[], spot: number | undefined): Smile | null {
  if (spot === undefined) return null;
  const known = (side: 'call' | 'put') =>
    rows.flatMap(({ strike, [side]: contract }) => {
      const outside = side === 'put' ? strike <= spot : strike >= spot;
      const volatility = contract?.impliedVolatility;
      const wanted = contract?.bid === undefined ? contract?.ask === undefined : contract.bid > 0;
      return outside && wanted && volatility !== undefined ? [{ strike, volatility }] : [];
    });
  const [puts, calls] = [known('put'), known('call')];
  const all = [...puts, ...calls];
  if (all.length < 2) return null;
  const strikes = all.map(({ strike }) => strike);
  const volatilities = all.map(({ volatility }) => volatility);
  const [from, to] = [Math.min(...strikes), Math.max(...strikes)];
  const low = Math.floor(Math.min(...volatilities) / SCALE_STEP) * SCALE_STEP;
  const high = Math.max(low + SCALE_STEP, Math.ceil(Math.max(...volatilities) / SCALE_STEP) * SCALE_STEP);
  const place = ({ strike, volatility }: { strike: number; volatility: number }): StrikePoint => ({
    strike,
    x: to > from ? (strike - from) / (to - from) : 0.5,
    y: (volatility - low) / (high - low),
  });
  return { puts: puts.map(place), calls: calls.map(place), low, high, from, to };
}

export interface InterestBar {
  readonly strike: number;
  /** Contracts. */
  readonly calls: number;
  readonly puts: number;
}

export interface Interest {
  readonly bars: readonly InterestBar[];
  /** Contracts at the end of the scale, the same for both sides. */
  readonly top: number;
}

/** Open interest of each strike; null where none is known. */
export function interestOf(rows: readonly StrikeRow[]): Interest | null {
  const bars = rows.map(({ strike, call, put }) => ({
    strike,
    calls: call?.openInterest ?? 0,
    puts: put?.openInterest ?? 0,
  }));
  const top = bars.reduce((most, { calls, puts }) => Math.max(most, calls, puts), 0);
  return top > 0 ? { bars, top } : null;
}

/** Where the price is among strikes that stand at even distances, from 0 to 1; null where it is outside of them. */
export function spotPosition(strikes: readonly number[], spot: number | undefined): number | null {
  if (spot === undefined || strikes.length === 0) return null;
  const above = strikes.findIndex((strike) => strike >= spot);
  if (above === -1 || (above === 0 && strikes[0]! > spot)) return null;
  const [low, high] = [strikes[above - 1] ?? spot, strikes[above]!];
  const part = high > low ? (spot - low) / (high - low) : 1;
  return (above - 1 + part + 0.5) / strikes.length;
}
