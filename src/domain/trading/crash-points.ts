/**
 * The moments of an order's life between which a crash leaves different traces: in the database, at the broker
 * or with the user. The executor passes them by name, so that a test can end the process at each and look at
 * what the next engine makes of it.
 */
export const CRASH_POINTS = [
  /** Nothing is written: the order waits as `accepted`. */
  'claiming',
  /** The claim is committed; nobody was told, and the broker has not heard of the order. */
  'claimed',
  /** The claim was told; the broker still has not heard. */
  'sending',
  /** The broker may have the order, and has not answered. */
  'sent',
  /** The broker has answered or was given up, and only this process knows. */
  'answered',
  /** The broker is about to be asked what became of an order: by whoever lost its answer, or by the next engine. */
  'looking-up',
  /** The broker has told of acceptance, fill or end; nothing of it is booked. */
  'settling',
  /** It is booked and journaled; nobody was told. */
  'settled',
  /** That the order is to end is written; the broker was not asked to. */
  'cancelling',
  /** The broker may have taken the cancel, and has not answered. */
  'cancel-sent',
  /** The broker has answered the cancel or was given up; how the order ended is not known here. */
  'cancel-answered',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Called as each is passed, with the orders that pass it. */
export type CrashHook = (point: CrashPoint, orderIds: readonly string[]) => void;
