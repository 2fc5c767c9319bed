import type { Border } from './watch.ts';

/**
 * The moments of an order's life between which a crash leaves different traces: in the database, at the broker or
 * with the user. Each is a side of a call at a port, so that a test can end the process there and look at what the
 * next engine makes of it. `tests/app/replicas/crash-points.test.ts` holds that there are no others.
 */
export const CRASH_POINTS = [
  /** Nothing is written: the order waits as `accepted`. */
  'claiming',
  /** The claim is committed and not published; the broker has not received the order. */
  'claimed',
  /** The claim is published; the broker still has not received the order. */
  'sending',
  /** The broker may have the order, and has not answered. */
  'sent',
  /** The broker has answered or was given up, and only this process knows. */
  'answered',
  /** The broker is about to be asked for an order, by the engine that lost the answer or by the next one. */
  'looking-up',
  /** The broker has reported acceptance, fill or end; nothing of it is booked. */
  'settling',
  /** It is booked and journaled, and not published. */
  'settled',
  /** That the order is to end is written; the broker was not asked. */
  'cancelling',
  /** The broker may have accepted the cancel, and has not answered. */
  'cancel-sent',
  /** The broker has answered the cancel or was given up; how the order ended is not known here. */
  'cancel-answered',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** By `call side`. A lease is asked again after `sending` and `cancelling`, so a stalled engine stalls there. */
const POINTS: Readonly<Record<string, CrashPoint>> = {
  'claim before': 'claiming',
  'claim done': 'claimed',
  'publish order:update submitting done': 'sending',
  'submit begun': 'sent',
  'submit done': 'answered',
  'submit failed': 'answered',
  'find before': 'looking-up',
  'settle before': 'settling',
  'settle done': 'settled',
  'ending done': 'cancelling',
  'cancel begun': 'cancel-sent',
  'cancel done': 'cancel-answered',
  'cancel failed': 'cancel-answered',
};

/** The crash point at this side of a call; undefined where there is none. */
export const crashPointOf = ({ call, side }: Border): CrashPoint | undefined => POINTS[`${call} ${side}`];
