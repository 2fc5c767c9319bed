import { type ClientEvent, COMMANDS } from './events.ts';
import type { RateLimit } from './limits.ts';

export type LimitedEvent = ClientEvent | 'connect' | 'refused' | 'address:refused' | 'unknown';

const commandLimits = Object.fromEntries(
  Object.entries(COMMANDS).map(([name, { limit }]) => [name, limit]),
) as Record<ClientEvent, RateLimit>;

/**
 * Per connection and event. (env RATE_LIMITS) `connect` counts per user, `unknown` any event without a declaration. On one
 * replica `refused` counts the refused handshakes of an address, or of a signed cookie there, and `address:refused` those of
 * all signed cookies of an address.
 */
export const RATE_LIMITS: Readonly<Record<LimitedEvent, RateLimit>> = {
  connect: { points: 30, seconds: 60 },
  refused: { points: 1000, seconds: 10 },
  'address:refused': { points: 10_000, seconds: 10 },
  ...commandLimits,
  unknown: { points: 10, seconds: 60 },
};
