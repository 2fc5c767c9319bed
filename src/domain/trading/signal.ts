import type { Clock } from '../../lib/clock.ts';

/** A bell: `wait` resolves when it is rung, at once if that was since the last wait, or after `ms`. */
export interface Signal {
  set(): void;
  wait(ms: number): Promise<void>;
}

export function createSignal(clock: Clock): Signal {
  let rung = false;
  let release: (() => void) | null = null;
  return {
    set() {
      rung = true;
      release?.();
    },
    async wait(ms) {
      if (!rung)
        await new Promise<void>((resolve) => {
          const cancel = clock.after(ms, resolve);
          release = () => {
            cancel();
            resolve();
          };
        });
      release = null;
      rung = false;
    },
  };
}
