/** Time as the dashboard needs it. Tests put their own in its place. */
export interface Timers {
  /** Milliseconds since epoch. */
  now(): number;
  /** Runs once after `ms`; answers with what cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const browserTimers: Timers = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Runs every `ms` until stopped. */
export function every(timers: Timers, ms: number, run: () => void): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = timers.after(ms, () => {
      next();
      run();
    });
  };
  next();
  return () => cancel();
}
