/**
 * The moments of an order's life between which a crash leaves different traces. The executor passes them by
 * name, so that a test can end the process at each and look at what the next one makes of it.
 */
export const CRASH_POINTS = [
  /** The claim is committed, the broker has not heard of the order. */
  'claimed',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];
