/**
 * Whether a request with this Origin may act with the user's cookie: the same host, or an exact match in the list.
 * A browser sends the header wherever it matters; a request without it comes from no browser.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowedOrigins: readonly string[],
): boolean {
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
