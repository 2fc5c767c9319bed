import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** The headers that say from where a request comes and to where it went. */
export interface OriginHeaders {
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
}

/** A host and a port, and nothing that a URL would read as another part. */
const PLAIN_HOST = /^[\w.:[\]-]+$/;

/** Proxies write the Host with the default port of the scheme (nginx: `$host:$server_port`), or in capitals. */
function isSameHost(origin: string, host: string): boolean {
  if (!PLAIN_HOST.test(host) || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  const here = `${page.protocol}//${host}`;
  return URL.canParse(here) && new URL(here).host === page.host;
}

/**
 * Whether a request may act with the user's cookie: its Origin is the host that it was sent to, or stands in the list.
 * A browser sends the header wherever it matters; a request without it comes from no browser.
 */
function isAllowedOrigin(
  { origin, host }: OriginHeaders,
  allowedOrigins: readonly string[],
  isCrossSite: boolean,
): boolean {
  if (origin !== undefined && allowedOrigins.includes(origin)) return true;
  if (isCrossSite) return false;
  return origin === undefined || (host !== undefined && isSameHost(origin, host));
}

/** Decides over the Origin of requests. What the browser calls cross-site needs one of the list. */
export type OriginCheck = (headers: OriginHeaders, isCrossSite?: boolean) => boolean;

export interface OriginCheckParts {
  readonly allowedOrigins: readonly string[];
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

/** Behind a proxy that hides the Host every request is refused: one line for each Origin and Host in this time. */
const LOG_INTERVAL_MS = 10_000;
/** Anybody may send wrong ones: no more lines than this in that time. A service has a few addresses. */
const MAX_LOGGED_PAIRS = 20;
/** Longer than an Origin that a person would have to compare. */
const MAX_LOGGED = 200;

const FOREIGN =
  'a request was refused: its Origin is neither its Host nor in FRONTEND_URL. If it is the address of the ' +
  'dashboard, add it to FRONTEND_URL, or have the proxy in front pass the Host on (nginx: proxy_set_header ' +
  'Host $http_host)';
const CROSS_SITE =
  'a write was refused: the browser calls it cross-site (Sec-Fetch-Site), and its Origin is not in FRONTEND_URL. If ' +
  'it is the address of the dashboard, add it to FRONTEND_URL';

/** A refusal says in the log what was compared and which setting to change. */
export function createOriginCheck({ allowedOrigins, clock, log }: OriginCheckParts): OriginCheck {
  const logged = new Set<string>();
  let startedAt = Number.NEGATIVE_INFINITY;

  function report(headers: OriginHeaders, isCrossSite: boolean): void {
    const now = clock.now();
    if (Math.abs(now - startedAt) >= LOG_INTERVAL_MS) {
      logged.clear();
      startedAt = now;
    }
    const origin = headers.origin?.slice(0, MAX_LOGGED);
    const host = headers.host?.slice(0, MAX_LOGGED);
    const pair = JSON.stringify([origin, host, isCrossSite]);
    if (logged.size >= MAX_LOGGED_PAIRS || logged.has(pair)) return;
    logged.add(pair);
    log.warn({ origin, host, FRONTEND_URL: allowedOrigins.join(',') }, isCrossSite ? CROSS_SITE : FOREIGN);
  }

  return (headers, isCrossSite = false) => {
    const allowed = isAllowedOrigin(headers, allowedOrigins, isCrossSite);
    if (!allowed) report(headers, isCrossSite);
    return allowed;
  };
}

/** What a refused client reads. */
export const FOREIGN_ORIGIN =
  'The service does not know the address of this page, so it may not act for you. Open the service at its own address; ' +
  'its operator can add this one to FRONTEND_URL.';
