/** What every service of tests, drills and benchmarks is configured with. */
export const HOOK_SECRET = 'a-hook-secret-that-is-long-enough-for-tests';
export const SESSION_SECRET = 'a-session-secret-that-is-long-enough-for-tests';
export const OPERATOR_SECRET = 'an-operator-secret-that-is-long-enough-for-tests';
/** The sources of signals that a service of a test knows, with their secrets. */
export const SIGNAL_SOURCES = {
  momentum: 'a-secret-of-momentum-that-is-long-enough-for-tests',
  reversal: 'a-secret-of-reversal-that-is-long-enough-for-tests',
} as const;
export const SIGNAL_SECRETS = Object.entries(SIGNAL_SOURCES)
  .map(([source, secret]) => `${source}:${secret}`)
  .join(',');
