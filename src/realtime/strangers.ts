import { readSessionCookie } from '../domain/accounts/session-cookie.ts';
import type { RateLimiter } from '../domain/limits/counters.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConnectCode } from '../protocol/errors.ts';

/** Refusals of clients that have not shown a session: no user's limit counts them. */
const NO_SESSION: ReadonlySet<ConnectCode> = new Set([
  'NO_SESSION_ID',
  'INVALID_SESSION',
  'USER_MISMATCH',
  // It is decided before the session is looked up.
  'UNSUPPORTED_PROTOCOL',
]);

/**
 * Addresses whose clients are refused again and again. Each refusal may cost a look into the database, so such an
 * address is refused before its handshake until its window ends. A connection that ends before its client has said who
 * it is counts as one.
 */
export interface Strangers {
  refused(address: string, code: ConnectCode): Promise<void>;
  /** Who shows a signed cookie has signed in here once, and is not shut out with the neighbours. */
  isShutOut(address: string, cookie: string | undefined): boolean;
}

export interface StrangersParts {
  readonly limiter: RateLimiter;
  /** Secrets of the session cookie. */
  readonly sessionSecrets: () => readonly string[];
  readonly clock: Clock;
}

export function createStrangers({ limiter, sessionSecrets, clock }: StrangersParts): Strangers {
  const shutOut = new Set<string>();

  return {
    async refused(address, code) {
      if (!NO_SESSION.has(code)) return;
      const verdict = await limiter.consume('refused', address);
      if (verdict.allowed || shutOut.has(address)) return;
      shutOut.add(address);
      clock.after(verdict.retryAfterMs, () => shutOut.delete(address));
    },
    isShutOut: (address, cookie) =>
      shutOut.has(address) && readSessionCookie(cookie, sessionSecrets()) === null,
  };
}
