import type { Duplex } from 'node:stream';
import type { Clock } from '../lib/clock.ts';
import { FOREIGN_ORIGIN } from '../lib/origin.ts';
import { answerRaw } from '../lib/raw-answer.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { ApiResponse } from '../protocol/http.ts';
import { CONNECT_TIMEOUT_MS } from '../protocol/limits.ts';
import { RATE_LIMITS } from '../protocol/rate-limits.ts';

interface UpgradeRefusal {
  /** Its name by default. */
  readonly code?: ErrorCode;
  readonly status: number;
  readonly error: string;
  readonly retryAfterMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Why a request for a WebSocket does not become one. */
export const UPGRADE_REFUSALS = {
  VALIDATION: { status: 400, error: 'This is not the handshake of a WebSocket of this address.' },
  UNSUPPORTED_PROTOCOL: { status: 400, error: 'Use a Socket.IO client of version 3 or later.' },
  FORBIDDEN: { status: 403, error: FOREIGN_ORIGIN },
  NOT_FOUND: { status: 404, error: 'There is no WebSocket at this address.' },
  UPGRADE_REQUIRED: {
    status: 426,
    error: 'Use version 13 of the WebSocket protocol.',
    headers: { 'Sec-WebSocket-Version': '13' },
  },
  // Those who wait say who they are, or leave, within this time.
  RATE_LIMITED: {
    status: 429,
    error: 'Too many connections wait to sign in. Try again.',
    retryAfterMs: CONNECT_TIMEOUT_MS,
  },
  SHUT_OUT: {
    code: 'RATE_LIMITED',
    status: 429,
    error: 'Too many connections of this address were refused. Try again.',
    retryAfterMs: RATE_LIMITS.refused.seconds * 1_000,
  },
  UNAVAILABLE: { status: 503, error: 'The server is restarting. Try again.', retryAfterMs: 1_000 },
} as const satisfies Partial<Record<ErrorCode | 'SHUT_OUT', UpgradeRefusal>>;
export type UpgradeRefusalName = keyof typeof UPGRADE_REFUSALS;

/** Answers a request for a WebSocket with a status, and closes the connection. */
export function refuseUpgrade(connection: Duplex, name: UpgradeRefusalName, clock: Clock): void {
  const { status, error, retryAfterMs, headers = {}, ...named }: UpgradeRefusal = UPGRADE_REFUSALS[name];
  const code = named.code ?? (name as ErrorCode);
  const refusal: ApiResponse<never> = {
    success: false,
    error,
    code,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  const wait: Record<string, number> =
    retryAfterMs === undefined ? {} : { 'Retry-After': retryAfterMs / 1_000 };
  answerRaw(connection, status, refusal, clock, { ...headers, ...wait });
}

/** Answers what the library of WebSockets found to be no handshake: it would answer with HTML. */
export const refuseHandshake = (connection: Duplex, { message }: Error, clock: Clock): void =>
  refuseUpgrade(connection, message.includes('Version') ? 'UPGRADE_REQUIRED' : 'VALIDATION', clock);
