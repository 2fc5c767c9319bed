import type { Cancel, Clock } from './clock.ts';

export interface Pulse {
  /** `ok`, `does not answer`, `cannot be reached` or `has not been asked yet`, as of the last second. */
  state(): string;
  /** Resolves after the first answer, or its timeout. */
  start(): Promise<void>;
  stop(): void;
}

const INTERVAL_MS = 1_000;
/** An answer that takes longer counts as none. */
const TIMEOUT_MS = 1_000;

/**
 * Asks every second whether something still answers, so that readers of the state need not wait. One question at a
 * time: while the last one hangs, another would only occupy one more connection.
 */
export function createPulse({ ping, clock }: { ping: () => Promise<unknown>; clock: Clock }): Pulse {
  let state = 'has not been asked yet';
  let asking = false;
  let cancel: Cancel = () => {};

  /** Resolves when the state is known. */
  function ask(): Promise<void> {
    if (asking) return Promise.resolve();
    asking = true;
    return new Promise((resolve) => {
      const know = (what: string): void => {
        state = what;
        resolve();
      };
      const giveUp = clock.after(TIMEOUT_MS, () => know('does not answer'));
      const answered = (what: string): void => {
        giveUp();
        asking = false;
        know(what);
      };
      ping().then(
        () => answered('ok'),
        () => answered('cannot be reached'),
      );
    });
  }

  return {
    state: () => state,
    start() {
      cancel = clock.every(INTERVAL_MS, () => void ask());
      return ask();
    },
    stop: () => cancel(),
  };
}
