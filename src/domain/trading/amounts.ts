/** What positions are valued with: one set of rules, in two kinds of numbers. */
import { type Decimal, decimal, round, toNumber, ZERO } from '../../lib/decimal.ts';
import { exact, fromMicros, microsToDecimal, toMicros, toWhole } from '../../lib/micros.ts';

/** Dollars a share: of a quote its JSON number, of what was stored a decimal. */
export type Price = number | Decimal;

/** Dollars and shares, as `Amount`. Every result is exact, or does not fit. */
export interface Amounts<Amount> {
  readonly zero: Amount;
  dollars(value: Decimal): Amount;
  shares(whole: number, fraction: Decimal): Amount;
  plus(one: Amount, other: Amount): Amount;
  minus(one: Amount, other: Amount): Amount;
  worth(price: Price, shares: Amount, multiplier: number): Amount;
  isZero(value: Amount): boolean;
  /** False for what does not fit, and for what was computed from it. */
  fits(value: Amount): boolean;
  toDecimal(dollars: Amount): Decimal;
  toNumber(dollars: Amount): number;
  sharesToNumber(shares: Amount): number;
  /** 0 for a part of nothing. */
  percent(part: Amount, whole: Amount): number;
}

const PERCENT_DECIMALS = 4;
/** A percentage in these is a whole number. */
const PERCENT_STEPS = 1e6;

/** Any decimal fits. */
export const DECIMALS: Amounts<Decimal> = {
  zero: ZERO,
  dollars: (value) => value,
  shares: (whole, fraction) => fraction.plus(whole),
  plus: (one, other) => one.plus(other),
  minus: (one, other) => one.minus(other),
  worth: (price, shares, multiplier) => decimal(price).times(shares).times(multiplier),
  isZero: (value) => value.eq(0),
  fits: () => true,
  toDecimal: (dollars) => dollars,
  toNumber,
  sharesToNumber: toNumber,
  percent: (part, whole) => (whole.gt(0) ? toNumber(round(part.div(whole).times(100), PERCENT_DECIMALS)) : 0),
};

/** Millionths of a dollar and whole shares in safe integers, some fifty times as quick: nearly all accounts fit. */
export const MICROS: Amounts<number> = {
  zero: 0,
  dollars: toMicros,
  shares: (whole, fraction) => exact(whole + toWhole(fraction)),
  plus: (one, other) => exact(one + other),
  minus: (one, other) => exact(one - other),
  worth: (price, shares, multiplier) => exact(toMicros(price) * shares * multiplier),
  isZero: (value) => value === 0,
  fits: (value) => !Number.isNaN(value),
  toDecimal: microsToDecimal,
  toNumber: fromMicros,
  sharesToNumber: (shares) => shares,
  percent(part, whole) {
    if (!(whole > 0)) return 0;
    const steps = (part / whole) * PERCENT_STEPS;
    // The decimals round twice, and the float above is a little off: near a half only the decimals know the step.
    const isClear = Math.abs(Math.abs(steps % 1) - 0.5) > 1e-6 + Math.abs(steps) * 1e-14;
    if (!isClear) return DECIMALS.percent(decimal(part), decimal(whole));
    return Math.round(steps) / 10 ** PERCENT_DECIMALS + 0;
  },
};
