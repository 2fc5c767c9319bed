/** What every service of tests, drills and benchmarks is configured with. */
export const HOOK_SECRET = 'a-hook-secret-that-is-long-enough-for-tests';
export const SESSION_SECRET = 'a-session-secret-that-is-long-enough-for-tests';
export const OPERATOR_SECRET = 'an-operator-secret-that-is-long-enough-for-tests';
