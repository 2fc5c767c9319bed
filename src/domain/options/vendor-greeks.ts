import type { VendorGreeks } from '../market/quote.ts';

/** The greeks that a vendor sent last, and where the underlying stood then. */
export interface VendorSeen {
  readonly greeks: VendorGreeks;
  readonly spot: number | undefined;
  /** The underlying has moved since: they are those of another price. */
  readonly isOutdated: boolean;
}

/** A vendor repeats its greeks once a minute at best; a move of this part of the spot shows in the second digit. */
const MAX_MOVE = 0.002;

/** `greeks` is what the vendor says now, `before` the answer of the last call. */
export function followVendor(
  before: VendorSeen | undefined,
  greeks: VendorGreeks | undefined,
  spot: number | undefined,
): VendorSeen | undefined {
  if (!greeks) return undefined;
  if (!before || before.spot === undefined || !isSame(before.greeks, greeks))
    return { greeks, spot, isOutdated: false };
  const isOutdated = spot !== undefined && !(Math.abs(spot / before.spot - 1) <= MAX_MOVE);
  return isOutdated === before.isOutdated ? before : { ...before, isOutdated };
}

const isSame = (a: VendorGreeks, b: VendorGreeks): boolean =>
  a === b ||
  (a.impliedVolatility === b.impliedVolatility &&
    a.delta === b.delta &&
    a.gamma === b.gamma &&
    a.theta === b.theta &&
    a.vega === b.vega);
