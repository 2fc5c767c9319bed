import type { WebSocket } from 'ws';
import type { Clock } from '../../lib/clock.ts';
import type { ConnectCode } from '../../protocol/errors.ts';
import { PLAIN_CLOSE_CODES } from '../../protocol/plain.ts';
import { CLOSE_GRACE_MS, type CloseReason } from '../peer.ts';

/** Why the service ends a connected peer, as a close code. */
export const CODE_OF_REASON: Readonly<Record<CloseReason, number>> = {
  drain: PLAIN_CLOSE_CODES.restart,
  revoked: PLAIN_CLOSE_CODES.unauthenticated,
  replaced: PLAIN_CLOSE_CODES.tooManyConnections,
  slow_consumer: PLAIN_CLOSE_CODES.slowReader,
  flood: PLAIN_CLOSE_CODES.flood,
  resubscribe: PLAIN_CLOSE_CODES.restart,
};

/** Why the service refuses a connection, as a close code. */
export const CODE_OF_REFUSAL: Readonly<Record<ConnectCode, number>> = {
  NO_SESSION_ID: PLAIN_CLOSE_CODES.unauthenticated,
  INVALID_SESSION: PLAIN_CLOSE_CODES.unauthenticated,
  USER_MISMATCH: PLAIN_CLOSE_CODES.unauthenticated,
  TOO_MANY_CONNECTIONS: PLAIN_CLOSE_CODES.tooManyConnections,
  RATE_LIMITED: PLAIN_CLOSE_CODES.flood,
  UNAVAILABLE: PLAIN_CLOSE_CODES.unavailable,
  UNSUPPORTED_PROTOCOL: PLAIN_CLOSE_CODES.unavailable,
};

/** Sends the close frame, and cuts a client that does not answer it. */
export function closeWith(ws: WebSocket, code: number, reason: string, clock: Clock): void {
  if (ws.readyState !== ws.OPEN) return;
  ws.close(code, reason);
  // A paused line would not deliver the answer.
  ws.resume();
  const cancelCut = clock.after(CLOSE_GRACE_MS, () => ws.terminate());
  ws.once('close', cancelCut);
}
