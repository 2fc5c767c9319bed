/**
 * Exact money of prints. Amounts have two and shares up to six decimals, prices up to six: their product is a whole
 * number of 1e-12 dollars, and so is every sum of them.
 */

/** Whole numbers of 1e-12 dollars: micro-dollars times micro-shares. */
export type Amount = bigint;

const MICRO = 1_000_000;
const MICROS = 1_000_000n;
const DECIMALS = 6;
const PER_CENT = 10_000_000_000n;

/** Dollars as a whole number of micro-dollars; exact for every price that a feed may deliver. */
export const microDollars = (price: number): number => Math.round(price * MICRO);

/** `decimalSize` is plain decimal text, or empty where `size` is exact. No facility reports more than six decimals. */
export function microShares(size: number, decimalSize: string): bigint {
  if (decimalSize === '')
    return Number.isInteger(size) ? BigInt(size) * MICROS : BigInt(Math.round(size * MICRO));
  const [whole = '', fraction = ''] = decimalSize.split('.');
  return BigInt(whole + fraction.slice(0, DECIMALS).padEnd(DECIMALS, '0'));
}

/** Price times shares. */
export function notionalOf(price: number, size: number, decimalSize: string): Amount {
  const micros = microDollars(price);
  const whole = micros * size;
  // Nearly every print: one product that a float has exactly spares two of big integers.
  if (decimalSize === '' && Number.isInteger(size) && whole <= Number.MAX_SAFE_INTEGER)
    return BigInt(whole) * MICROS;
  return BigInt(micros) * microShares(size, decimalSize);
}

/** Of dollars that were configured: to the cent. */
export const amountOf = (dollars: number): Amount => BigInt(Math.round(dollars * 100)) * PER_CENT;

/** Whole cents, half of one up. */
export const centsOf = (amount: Amount): bigint => (amount + PER_CENT / 2n) / PER_CENT;

/** For the wire: dollars rounded to the cent, never for further arithmetic. */
export const dollarsOf = (amount: Amount): number => Number(centsOf(amount)) / 100;
