import { sign } from 'cookie-signature';
import { HOOK_SECRET, OPERATOR_SECRET, SESSION_SECRET, SIGNAL_SECRETS } from '../../rig/secrets.ts';
import { SESSION_COOKIE } from '../../src/domain/accounts/session-cookie.ts';

/** A drill opens its clients anew several times a minute. The limits of subscriptions are the default ones. */
const RATE_LIMITS = 'connect=600/60';

/** What every replica of a drill runs with. */
export const environmentOf = (dataDir: string): Readonly<Record<string, string>> => ({
  NODE_ENV: 'test',
  DATA_DIR: dataDir,
  SESSION_SECRET,
  HOOK_SECRET,
  OPERATOR_SECRET,
  SIGNAL_SECRETS,
  RATE_LIMITS,
  DEMO_ACCOUNT: 'false',
  DUPLICATE_WINDOW_SECONDS: '0',
  LOG_LEVEL: 'warn',
});

/** Cookie header of a session. */
export const cookieOf = (sessionID: string): string =>
  `${SESSION_COOKIE}=${encodeURIComponent(`s:${sign(sessionID, SESSION_SECRET)}`)}`;
