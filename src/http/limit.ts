import type { Response } from 'express';
import { costsNothing } from '../domain/limits/charge.ts';
import type { RateLimiter } from '../domain/limits/counters.ts';
import { TradecastError } from '../protocol/errors.ts';
import type { HttpLimit } from '../protocol/limits.ts';

declare global {
  namespace Express {
    interface Locals {
      /** Give back the points that the request has cost. */
      refunds?: Set<() => void>;
    }
  }
}

/**
 * Takes one point before the work of a request, and answers with what gives it back. Where the service fails to do the
 * work the request costs nothing. Throws RATE_LIMITED with the time to wait.
 */
export async function takePoint(
  res: Response,
  limiter: RateLimiter,
  limit: HttpLimit,
  key: string,
): Promise<() => void> {
  const verdict = await limiter.consume(limit, key);
  if (!verdict.allowed)
    throw new TradecastError('RATE_LIMITED', 'Too many requests: wait before you try again.', {
      retryAfterMs: verdict.retryAfterMs,
    });
  const refunds = res.locals.refunds ?? new Set();
  res.locals.refunds = refunds;
  const refund = (): void => {
    if (refunds.delete(refund)) verdict.giveBack();
  };
  refunds.add(refund);
  return refund;
}

/** The request ended with this error. */
export function settlePoints(res: Response, error: unknown): void {
  if (costsNothing(error)) for (const refund of [...(res.locals.refunds ?? [])]) refund();
}
