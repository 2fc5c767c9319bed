import type { IncomingMessage } from 'node:http';
import { readSessionCookie } from '../../domain/accounts/session-cookie.ts';
import type { OriginCheck } from '../../lib/origin.ts';
import type { Credentials } from '../admission.ts';

/** The subprotocol that carries a token: a browser can set no header but this one. */
export const BEARER = 'bearer';

export interface CredentialsParts {
  readonly isAllowedOrigin: OriginCheck;
  /** Secrets of the session cookie. */
  readonly sessionSecrets: () => readonly string[];
}

/**
 * What a request for a WebSocket says of its sender: a token before the cookie, and a token that is no good is not
 * replaced by the cookie. Null where it says nothing; then the first message has to.
 */
export function readCredentials(
  { headers, url = '' }: Pick<IncomingMessage, 'headers' | 'url'>,
  { isAllowedOrigin, sessionSecrets }: CredentialsParts,
): Credentials | null {
  const token = bearerToken(headers['sec-websocket-protocol']) ?? queryToken(url);
  if (token !== undefined) return { sessionId: null, token };
  // A browser sends the cookie with the socket of any page.
  if (!isAllowedOrigin(headers)) return null;
  const sessionId = readSessionCookie(headers.cookie, sessionSecrets());
  return sessionId === null ? null : { sessionId };
}

/** `bearer, <token>`. */
function bearerToken(protocols: string | undefined): string | undefined {
  const [name, token = ''] = protocols?.split(',').map((protocol) => protocol.trim()) ?? [];
  return name === BEARER ? token : undefined;
}

const queryToken = (url: string): string | undefined =>
  new URLSearchParams(url.split('?').slice(1).join('?')).get('token') ?? undefined;
