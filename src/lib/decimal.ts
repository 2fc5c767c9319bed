/** Exact decimals for money and quantities. Money is a float only at this border, on its way in and out. */
import Big from 'big.js';

export type Decimal = Big;

// Divisions (average prices, percentages) carry this many decimals; sums and products are exact anyway.
Big.DP = 12;
Big.RM = Big.roundHalfEven;

export const ZERO = new Big(0);

/**
 * Reads a decimal from the text of a NUMERIC column or from a JSON number, whose shortest text is the
 * decimal that its sender wrote. Throws on NaN, Infinity and text that is no plain decimal.
 */
export const decimal = (value: string | number | Decimal): Decimal => new Big(value);

/** The JSON number nearest to an exact decimal, zero without a sign: for the wire, never for further arithmetic. */
export const toNumber = (value: Decimal): number => value.toNumber() + 0;

/** Rounds half to even, so that rounding does not drift; `places` defaults to cents. */
export const round = (value: Decimal, places = 2): Decimal => value.round(places, Big.roundHalfEven);

export const min = (a: Decimal, b: Decimal): Decimal => (a.lt(b) ? a : b);
export const max = (a: Decimal, b: Decimal): Decimal => (a.gt(b) ? a : b);
