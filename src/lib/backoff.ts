/** Exponential backoff with full jitter (the delay is drawn from half to all of the current step). */
export interface Backoff {
  /** Milliseconds to wait before the next attempt; each call doubles the step up to the cap. */
  next(): number;
  reset(): void;
}

export function createBackoff(options: { baseMs: number; capMs: number; random?: () => number }): Backoff {
  const random = options.random ?? Math.random;
  let step = options.baseMs;
  return {
    next() {
      const delay = step / 2 + (random() * step) / 2;
      step = Math.min(step * 2, options.capMs);
      return Math.round(delay);
    },
    reset() {
      step = options.baseMs;
    },
  };
}
