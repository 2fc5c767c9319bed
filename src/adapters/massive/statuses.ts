import type { Log } from '../../lib/log.ts';
import type { StatusEvent } from './frames.ts';

/** Upstream's text (sic) for a real-time request on a delayed plan. */
const DELAYED_PLAN = "You don't have access real-time data";

/** Of a channel that the plan does not include. */
const NOT_AUTHORIZED = 'not authorized';

/**
 * How a connection ended. `retry`: connect again after a pause. `refused`: another attempt gets the same answer.
 * `lost`: upstream gave the account's one place to an outsider.
 */
export type ConnectionEnd = { readonly kind: 'retry' | 'refused' | 'lost'; readonly detail: string };

export interface StatusHandlerParts {
  /** Name of the variable with the address of this connection. */
  readonly wsUrlVariable: string;
  readonly log: Log;
  readonly onConnected: () => void;
  readonly onLoggedIn: () => void;
  /** False where the text acknowledges nothing that was requested. */
  readonly acknowledge: (text: string) => boolean;
  /** Something that was requested is not in the plan; upstream does not say what. */
  readonly onNotAuthorized: () => void;
  readonly end: (kind: ConnectionEnd['kind'], detail: string) => void;
}

/** What each status of upstream means for the session. Upstream knows no codes, only texts. */
export function createStatusHandler(parts: StatusHandlerParts): (event: StatusEvent) => void {
  const { wsUrlVariable, log, onConnected, onLoggedIn, acknowledge, onNotAuthorized, end } = parts;
  const handlers: Readonly<Record<string, (message: string) => void>> = {
    connected: onConnected,
    auth_success: onLoggedIn,
    auth_failed: (message) => end('refused', `Upstream refused the login: ${message}`),
    auth_timeout: (message) => end('retry', `Upstream waited too long for the login: ${message}`),
    max_connections: () => end('lost', 'Another service uses this key: upstream allows one connection.'),
    success(message) {
      if (!acknowledge(message)) log.debug({ message }, 'an acknowledgement of nothing requested');
    },
    error(message) {
      if (message.includes(DELAYED_PLAN)) {
        end('refused', `The plan has delayed data only: set ${wsUrlVariable} to the delayed host.`);
      } else {
        log.warn({ message }, 'upstream refused a request');
        if (message === NOT_AUTHORIZED) onNotAuthorized();
      }
    },
  };
  return ({ status, message }) => {
    const handle = handlers[status];
    if (handle) handle(message);
    else log.warn({ status, message }, 'upstream sent an unknown status');
  };
}
