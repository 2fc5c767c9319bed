/** Stops a timer or ends a subscription; a second call does nothing. */
export type Cancel = () => void;

/** Time as the service sees it; tests replace it. */
export interface Clock {
  /** Milliseconds since epoch, UTC. */
  now(): number;
  /** Runs once after `ms`; the timer does not keep the process alive. */
  after(ms: number, run: () => void): Cancel;
  /** Runs every `ms`; the timer does not keep the process alive. */
  every(ms: number, run: () => void): Cancel;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
  every(ms, run) {
    const timer = setInterval(run, ms).unref();
    return () => clearInterval(timer);
  },
};
