import { parse } from 'cookie';
import { unsign } from 'cookie-signature';

/** Name of the cookie that carries the signed session id. */
export const SESSION_COOKIE = 'tradecast.sid';

/**
 * The session id in a Cookie header, or null where there is none or no secret signed it. The comparison of
 * the signature takes the same time for every wrong value.
 */
export function readSessionCookie(header: string | undefined, secrets: readonly string[]): string | null {
  const value = header === undefined ? undefined : parse(header)[SESSION_COOKIE];
  if (!value?.startsWith('s:')) return null;
  for (const secret of secrets) {
    const sessionId = unsign(value.slice(2), secret);
    if (sessionId !== false) return sessionId;
  }
  return null;
}
