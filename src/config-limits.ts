/** The configured limits in the shapes that the parts take. */
import type { Config } from './config.ts';
import type { NamedLimit } from './domain/limits/counters.ts';
import type { RiskLimits } from './domain/trading/risk-limits.ts';
import { decimal } from './lib/decimal.ts';
import { HTTP_RATE_LIMITS, type HttpLimit, USER_LIMIT_FACTOR } from './protocol/limits.ts';
import { type LimitedEvent, RATE_LIMITS } from './protocol/rate-limits.ts';

/**
 * Every limit by name. An event is counted per connection, where the connection is, and as `user:<event>` for its
 * user as a whole, over all replicas; so are handshakes (`connect`) and everything over HTTP, which may come in anywhere.
 */
export function namedRateLimits({ rateLimits }: Config): Record<string, NamedLimit> {
  const limits: Record<string, NamedLimit> = {};
  for (const name of Object.keys(HTTP_RATE_LIMITS) as HttpLimit[])
    limits[name] = { ...rateLimits[name], scope: 'shared' };
  for (const name of Object.keys(RATE_LIMITS) as LimitedEvent[]) {
    const { points, seconds } = rateLimits[name];
    limits[name] = { points, seconds, scope: name === 'connect' ? 'shared' : 'connection' };
    if (name !== 'connect')
      limits[`user:${name}`] = { points: points * USER_LIMIT_FACTOR, seconds, scope: 'shared' };
  }
  return limits;
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
