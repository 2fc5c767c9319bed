/**
 * Decimals as whole millionths in safe integers: exact, and as quick as floats. What does not fit (more decimals, or more
 * than 2^53 millionths) is NaN, and so is everything that is computed from it: it is seen, and never a wrong number.
 */
import { type Decimal, decimal } from './decimal.ts';

const PER_UNIT = 1_000_000;
const DECIMALS = 6;
const POWERS = Array.from({ length: 16 }, (_, power) => Number(`1e${power}`));
/** Numbers of so many digits are decimals that no other float's text stands for. */
const MAX_DIGITS = 15;

/** The number itself where it is a whole one that floats keep exactly. */
export const exact = (value: number): number => (Number.isSafeInteger(value) ? value : Number.NaN);

/** A JSON number stands for the decimal of its shortest text. */
export function toMicros(value: number | Decimal): number {
  if (typeof value !== 'number') return scaled(value, DECIMALS);
  const micros = Math.round(value * PER_UNIT);
  const isThat = Math.abs(micros) < 10 ** MAX_DIGITS && micros / PER_UNIT === value;
  return isThat ? micros : Number.NaN;
}

/** A decimal that is a whole number; NaN for any other. */
export const toWhole = (value: Decimal): number => scaled(value, 0);

/** The JSON number nearest to so many millionths, zero without a sign. */
export const fromMicros = (micros: number): number => micros / PER_UNIT + 0;

export const microsToDecimal = (micros: number): Decimal => decimal(micros).div(PER_UNIT);

/** The decimal times ten to the power of `places`. */
function scaled({ c: digits, e: exponent, s: sign }: Decimal, places: number): number {
  if (digits.length > MAX_DIGITS) return Number.NaN;
  let value = 0;
  for (const digit of digits) value = value * 10 + digit;
  if (value === 0) return 0;
  const power = POWERS[places + exponent + 1 - digits.length];
  return power === undefined ? Number.NaN : exact(sign * value * power);
}
