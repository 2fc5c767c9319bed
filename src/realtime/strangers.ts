import type { RateLimiter } from '../domain/limits/counters.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConnectCode } from '../protocol/errors.ts';

/** Refusals of clients that have not shown a session: no user's limit counts them. */
const NO_SESSION: ReadonlySet<ConnectCode> = new Set(['NO_SESSION_ID', 'INVALID_SESSION', 'USER_MISMATCH']);

/**
 * Addresses whose clients are refused again and again. Each refusal may cost a look into the database, so such an
 * address is refused before its handshake until its window ends.
 */
export interface Strangers {
  refused(address: string, code: ConnectCode): Promise<void>;
  isShutOut(address: string): boolean;
}

export function createStrangers({
  limiter,
  clock,
}: {
  readonly limiter: RateLimiter;
  readonly clock: Clock;
}): Strangers {
  const shutOut = new Set<string>();

  return {
    async refused(address, code) {
      if (!NO_SESSION.has(code)) return;
      const verdict = await limiter.consume('refused', address);
      if (verdict.allowed || shutOut.has(address)) return;
      shutOut.add(address);
      clock.after(verdict.retryAfterMs, () => shutOut.delete(address));
    },
    isShutOut: (address) => shutOut.has(address),
  };
}
