import type { IncomingMessage } from 'node:http';
import { readSessionCookie } from '../domain/accounts/session-cookie.ts';
import type { RateLimiter } from '../domain/limits/counters.ts';
import { addressOf } from '../lib/address.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConnectCode } from '../protocol/errors.ts';
import type { LimitedEvent } from '../protocol/rate-limits.ts';
import { UPGRADE_REFUSALS, type UpgradeRefusalName } from './upgrade-refusals.ts';

/** Who asks for a connection, as far as the request shows it. */
export interface Caller {
  readonly address: string;
  /** With a signed cookie: its session at this address. Else the address, which many may share. */
  readonly name: string;
}

/**
 * Callers who are refused again and again. A refusal costs a handshake and may cost a look into the database, so that
 * whoever collects too many is refused before the handshake. Every code counts, and neighbours of one address do not
 * answer for each other where they can be told apart:
 * - Without a signed cookie a caller counts as its address (`refused`), and is shut out with it until the window ends.
 * - Who shows a signed cookie has signed in here once, and has such a window of its own. All of them at one address
 *   together have `address:refused`: an office may fail at once, a thousand stolen cookies may not go on.
 * - UNAVAILABLE is the fault of the service. Everybody at an address may meet it at once, while the replica drains or
 *   the database is away. It has a window of its own. Behind that the door says the same, for no longer than the pause that
 *   each refusal asks for: nobody is shut out of a service that is back.
 * A connection that ends before its client has said who it is counts as one without a session.
 */
export interface Strangers {
  callerOf(request: IncomingMessage): Caller;
  refused(caller: Caller, code: ConnectCode): Promise<void>;
  /** Why the caller is refused before its handshake; null where it is not. */
  refusalAtDoor(caller: Caller): Extract<UpgradeRefusalName, 'SHUT_OUT' | 'UNAVAILABLE'> | null;
}

export interface StrangersParts {
  readonly limiter: RateLimiter;
  /** Secrets of the session cookie. */
  readonly sessionSecrets: () => readonly string[];
  /** Number of proxies in front, whose X-Forwarded-For counts. */
  readonly trustProxy: number;
  readonly clock: Clock;
}

/** Names of windows; no address has a blank. */
const awayFrom = (address: string): string => `${address} UNAVAILABLE`;
const everybodyAt = (address: string): string => `${address} everybody`;

export function createStrangers({ limiter, sessionSecrets, trustProxy, clock }: StrangersParts): Strangers {
  const shutOut = new Set<string>();

  async function count(limit: LimitedEvent, window: string, longestMs = Number.POSITIVE_INFINITY) {
    const verdict = await limiter.consume(limit, window);
    if (verdict.allowed || shutOut.has(window)) return;
    shutOut.add(window);
    clock.after(Math.min(verdict.retryAfterMs, longestMs), () => shutOut.delete(window));
  }

  return {
    callerOf(request) {
      const address = addressOf(request, trustProxy);
      const session = readSessionCookie(request.headers.cookie, sessionSecrets());
      return { address, name: session === null ? address : `${address} session ${session}` };
    },
    async refused({ address, name }, code) {
      if (code === 'UNAVAILABLE')
        return count('refused', awayFrom(address), UPGRADE_REFUSALS.UNAVAILABLE.retryAfterMs);
      await count('refused', name);
      if (name !== address) await count('address:refused', everybodyAt(address));
    },
    refusalAtDoor({ address, name }) {
      if (shutOut.has(name) || shutOut.has(everybodyAt(address))) return 'SHUT_OUT';
      return shutOut.has(awayFrom(address)) ? 'UNAVAILABLE' : null;
    },
  };
}
