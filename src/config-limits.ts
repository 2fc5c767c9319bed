/** The configured limits in the shapes that the parts take. */
import type { Config } from './config.ts';
import type { RiskLimits } from './domain/trading/risk-limits.ts';
import { decimal } from './lib/decimal.ts';
import { type RateLimit, USER_LIMIT_FACTOR } from './protocol/limits.ts';

/** Each event's limit per connection, and as `user:<event>` for a user as a whole; `connect` is per user anyway. */
export function namedRateLimits({ rateLimits }: Config): Record<string, RateLimit> {
  const perUser = Object.entries(rateLimits).map(([event, { points, seconds }]) => [
    `user:${event}`,
    { points: points * USER_LIMIT_FACTOR, seconds },
  ]);
  return { ...rateLimits, ...Object.fromEntries(perUser) };
}

/** The numbers of the risk checks, exact. */
export const riskLimits = ({ trading }: Config): RiskLimits => ({
  maxOrderValue: decimal(trading.maxOrderValue),
  maxPositionValue: decimal(trading.maxPositionValue),
  marketCollar: decimal(trading.marketCollarPercent).div(100),
  limitCollar: decimal(trading.limitCollarPercent).div(100),
  duplicateWindowMs: trading.duplicateWindowSeconds * 1_000,
  dailyLossLimit: decimal(trading.dailyLossLimit),
});
