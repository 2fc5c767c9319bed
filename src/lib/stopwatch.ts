import type { Clock } from './clock.ts';

/**
 * Milliseconds since it was started, by whichever clock went further: the wall clock may be set back, the
 * monotonic one stands still while the machine sleeps. Who must not overstay is never told too little.
 */
export function startStopwatch(clock: Clock): () => number {
  const wall = clock.now();
  const monotonic = performance.now();
  return () => Math.max(clock.now() - wall, performance.now() - monotonic);
}
