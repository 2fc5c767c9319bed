/**
 * Whether a request with this Origin may act with the user's cookie: the same host, or one of the list,
 * compared exactly. A browser always tells the origin where it matters; no Origin is not a browser.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowedOrigins: readonly string[],
): boolean {
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
