import type { Clock } from './clock.ts';

/**
 * Milliseconds since its start, by the clock that went further: the wall clock may be set back, and the monotonic
 * clock does not count while the machine sleeps. So the result is never too small for a deadline.
 */
export function startStopwatch(clock: Clock): () => number {
  const wall = clock.now();
  const monotonic = performance.now();
  return () => Math.max(clock.now() - wall, performance.now() - monotonic);
}
