import { createHash } from 'node:crypto';
import type { User } from './user.ts';

/** An unused session ends after this. */
export const SESSION_IDLE_MS = 24 * 60 * 60 * 1000;
/** Every session ends after this, used or not. */
export const SESSION_ABSOLUTE_MS = 7 * 24 * 60 * 60 * 1000;

export interface ActiveSession {
  readonly user: User;
  /** When it ends if it is not used, milliseconds since epoch. */
  readonly expiresAt: number;
}

/** Sessions as the realtime side needs them; express-session writes the same rows. */
export interface Sessions {
  /** The session's user, or null where it is unknown, expired, idle too long, or its user is banned. */
  find(sessionId: string): Promise<ActiveSession | null>;
  /** The same for many at once: session id → active session; a missing session is not active. */
  findMany(sessionIds: readonly string[]): Promise<Map<string, ActiveSession>>;
  /** Use of an open socket keeps a session from idling out. */
  touch(sessionIds: readonly string[]): Promise<void>;
}

/** Names a session in logs and on the bus without revealing its id. */
export const hashSessionId = (sessionId: string): string =>
  createHash('sha256').update(sessionId).digest('base64url').slice(0, 22);
