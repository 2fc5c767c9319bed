import { type ClientEvent, COMMANDS } from './events.ts';
import type { RateLimit } from './limits.ts';

export type LimitedEvent = ClientEvent | 'connect' | 'refused' | 'unknown';

const commandLimits = Object.fromEntries(
  Object.entries(COMMANDS).map(([name, { limit }]) => [name, limit]),
) as Record<ClientEvent, RateLimit>;

/**
 * Per connection and event. (env RATE_LIMITS) `connect` counts per user, `refused` the handshakes of an address that
 * showed no session, on one replica, and `unknown` any event without a declaration.
 */
export const RATE_LIMITS: Readonly<Record<LimitedEvent, RateLimit>> = {
  connect: { points: 30, seconds: 60 },
  refused: { points: 1000, seconds: 10 },
  ...commandLimits,
  unknown: { points: 10, seconds: 60 },
};
