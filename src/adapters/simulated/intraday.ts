/** How busy the simulated market is through the day: the U shape of a US session, and a thin market around it. */

const MINUTES_PER_DAY = 1440;
const OPEN = 9 * 60 + 30;
const CLOSE = 16 * 60;
/** Outside the session the simulated market goes on, at a tenth of the pace. */
const OUTSIDE = 0.1;

/** Relative activity: 2.2 at the open, 0.6 at noon, 1.8 at the close. */
function shape(minute: number): number {
  if (minute < OPEN || minute >= CLOSE) return OUTSIDE;
  const x = (minute - OPEN) / (CLOSE - OPEN);
  return x < 0.5 ? 0.6 + 1.6 * (1 - 2 * x) ** 2 : 0.6 + 1.2 * (2 * x - 1) ** 2;
}

const total = Array.from({ length: MINUTES_PER_DAY }, (_, minute) => shape(minute)).reduce(
  (sum, x) => sum + x,
  0,
);

/** The part of a day's volume (and of its variance) that falls into this minute of the New York day. */
export const activity = (minute: number): number => shape(minute) / total;
