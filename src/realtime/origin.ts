import type { IncomingMessage } from 'node:http';

/**
 * Whether this request may open a socket. Browsers always send Origin on an upgrade, and CORS headers do not
 * cover it. No Origin: not a browser. Otherwise the same origin or one of the list, compared exactly.
 */
export function isAllowedOrigin(request: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (allowedOrigins.includes(origin)) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host;
}
