/** The envelope of HTTP answers, and what a screen reads without a session. */
import type { ErrorCode } from './errors.ts';

/** The body of every HTTP answer. `data` of a refusal is what it created, such as a denied order. */
export type ApiResponse<T> =
  | { success: true; data: T }
  | { success: false; error: string; code: ErrorCode; retryAfterMs?: number; data?: unknown };

/** What the sign-in screen shows before a session exists. */
export interface PublicConfigPayload {
  registrationOpen: boolean;
  feed: string;
}
