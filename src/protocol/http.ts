/** The envelope of HTTP answers, and what every screen may read without a session. */
import type { ErrorCode } from './errors.ts';
import type { FeedHealth } from './health-payloads.ts';

/** The body of every HTTP answer; a refusal has `data` where it left something behind (the denied order). */
export type ApiResponse<T> =
  | { success: true; data: T }
  | { success: false; error: string; code: ErrorCode; retryAfterMs?: number; data?: unknown };

/** What the sign-in screen must know before a session exists. */
export interface PublicConfigPayload {
  registrationOpen: boolean;
  feed: FeedHealth['source'];
}
