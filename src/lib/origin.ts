import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** The headers that say from where a request comes and to where it went. */
export interface OriginHeaders {
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
}

/**
 * Whether a request may act with the user's cookie: its Origin is the host that it was sent to, or stands in the list.
 * A browser sends the header wherever it matters; a request without it comes from no browser.
 */
function isAllowedOrigin({ origin, host }: OriginHeaders, allowedOrigins: readonly string[]): boolean {
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

/** Decides over the Origin of requests. */
export type OriginCheck = (headers: OriginHeaders) => boolean;

export interface OriginCheckParts {
  readonly allowedOrigins: readonly string[];
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

/** Behind a proxy that hides the Host every request is refused, and anybody may send wrong ones: one line in this time. */
const LOG_INTERVAL_MS = 10_000;
/** Longer than an Origin that a person would have to compare. */
const MAX_LOGGED = 200;

/** A refusal says in the log what was compared and which setting to change. */
export function createOriginCheck({ allowedOrigins, clock, log }: OriginCheckParts): OriginCheck {
  let loggedAt = Number.NEGATIVE_INFINITY;

  function report({ origin, host }: OriginHeaders): void {
    const now = clock.now();
    if (Math.abs(now - loggedAt) < LOG_INTERVAL_MS) return;
    loggedAt = now;
    log.warn(
      {
        origin: origin?.slice(0, MAX_LOGGED),
        host: host?.slice(0, MAX_LOGGED),
        FRONTEND_URL: allowedOrigins.join(','),
      },
      'a request was refused: its Origin is neither its Host nor in FRONTEND_URL. If it is the address of the ' +
        'dashboard, add it to FRONTEND_URL, or have the proxy in front pass the Host on (nginx: proxy_set_header ' +
        'Host $http_host)',
    );
  }

  return (headers) => {
    const allowed = isAllowedOrigin(headers, allowedOrigins);
    if (!allowed) report(headers);
    return allowed;
  };
}

/** What a refused client reads. */
export const FOREIGN_ORIGIN =
  'The service does not know the address of this page, so it may not act for you. Open the service at its own address; ' +
  'its operator can add this one to FRONTEND_URL.';
