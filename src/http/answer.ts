import type { Response } from 'express';
import type { User } from '../domain/accounts/user.ts';
import { type ErrorCode, TradecastError, type TradingCode } from '../protocol/errors.ts';
import type { ApiResponse } from '../protocol/http.ts';

declare global {
  namespace Express {
    interface Locals {
      requestId?: string;
      user?: User;
    }
  }
}

/** Every trading code: the request was well formed, and trading refused it. */
const REFUSED = 422;
const STATUS: Readonly<Record<Exclude<ErrorCode, TradingCode>, number>> = {
  VALIDATION: 400,
  SYMBOL_LIMIT: 400,
  CONTRACT_LIMIT: 400,
  UNKNOWN_EVENT: 400,
  UNAUTHENTICATED: 401,
  INVALID_CREDENTIALS: 401,
  INVALID_SIGNATURE: 401,
  NO_SESSION_ID: 401,
  INVALID_SESSION: 401,
  FORBIDDEN: 403,
  NOT_IN_PLAN: 403,
  USER_MISMATCH: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  USERNAME_TAKEN: 409,
  TOO_LARGE: 413,
  UPGRADE_REQUIRED: 426,
  RATE_LIMITED: 429,
  TOO_MANY_CONNECTIONS: 429,
  UNSUPPORTED_PROTOCOL: 400,
  INTERNAL: 500,
  UNAVAILABLE: 503,
};
/** The status of a refusal. */
export const statusOf = (code: ErrorCode): number =>
  code in STATUS ? STATUS[code as keyof typeof STATUS] : REFUSED;

/** The one shape of a success. */
export function succeed<T>(res: Response, data: T, status = 200): void {
  res.status(status).json({ success: true, data } satisfies ApiResponse<T>);
}

/** The one shape of a refusal; `data` where the refused request was stored. */
export function refuse(res: Response, refusal: TradecastError, data?: object): void {
  const { code, message, retryAfterMs } = refusal;
  if (retryAfterMs !== undefined) res.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
  const body: ApiResponse<never> = { success: false, error: message, code, retryAfterMs, data };
  res.status(statusOf(code)).json(body);
}

/** The signed-in user of a route behind `requireUser`. */
export function userOf(res: Response): User {
  const { user } = res.locals;
  if (!user) throw new TradecastError('UNAUTHENTICATED', 'Sign in first.');
  return user;
}
