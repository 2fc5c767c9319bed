/** The close of one minute; `start` is milliseconds since epoch, `close` dollars. */
export interface MinuteClose {
  readonly start: number;
  readonly close: number;
}

export interface Cross {
  /** The minute with whose close the averages crossed. */
  readonly minute: MinuteClose;
  readonly direction: 'up' | 'down';
}

/** Simple moving averages over this many minutes. */
export const SHORT = 5;
export const LONG = 20;

/**
 * Where the short average crosses the long one, oldest first. A cross is a change of side: the averages being equal is no
 * side, and the first side of all is no cross.
 */
export function crossesOf(minutes: readonly MinuteClose[]): Cross[] {
  const crosses: Cross[] = [];
  let side: Cross['direction'] | null = null;
  for (let end = LONG; end <= minutes.length; end++) {
    const difference = averageOf(minutes, end, SHORT) - averageOf(minutes, end, LONG);
    if (difference === 0) continue;
    const direction = difference > 0 ? 'up' : 'down';
    if (side !== null && side !== direction) crosses.push({ minute: minutes[end - 1]!, direction });
    side = direction;
  }
  return crosses;
}

const averageOf = (minutes: readonly MinuteClose[], end: number, length: number): number =>
  minutes.slice(end - length, end).reduce((sum, { close }) => sum + close, 0) / length;
