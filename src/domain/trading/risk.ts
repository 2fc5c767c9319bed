import { type Decimal, ZERO } from '../../lib/decimal.ts';
import type { Refusal } from './refusal.ts';
import { CHECKS, CHECKS_AT_PRICE, type Check, priceOrder } from './risk-checks.ts';
import type { RiskInput } from './risk-input.ts';
import type { RiskLimits } from './risk-limits.ts';

/** `reserve`: dollars of buying power that the order holds until it ends. */
export type Verdict =
  | { readonly approved: true; readonly boundPrice: Decimal; readonly reserve: Decimal }
  | ({ readonly approved: false } & Refusal);

/**
 * Judges one order. The first check that fails names the reason; whatever cannot be compared (no number, no
 * quote, no account) refuses.
 */
export function assess(input: RiskInput, limits: RiskLimits): Verdict {
  const early = firstRefusal(CHECKS, input, limits);
  if (early) return { approved: false, ...early };
  const priced = priceOrder(input, limits);
  if ('code' in priced) return { approved: false, ...priced };
  const late = firstRefusal(CHECKS_AT_PRICE, priced, limits);
  if (late) return { approved: false, ...late };
  const { order, bound, value } = priced;
  return { approved: true, boundPrice: bound, reserve: order.side === 'buy' ? value : ZERO };
}

function firstRefusal<Input>(
  checks: readonly Check<Input>[],
  input: Input,
  limits: RiskLimits,
): Refusal | null {
  for (const check of checks) {
    const refusal = check(input, limits);
    if (refusal) return refusal;
  }
  return null;
}
