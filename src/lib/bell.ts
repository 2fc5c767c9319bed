import type { Clock } from './clock.ts';

/** Wakes a loop: `wait` resolves when the bell rings, at once if it rang since the last wait, or after `ms`. */
export interface Bell {
  ring(): void;
  wait(ms: number): Promise<void>;
}

export function createBell(clock: Clock): Bell {
  let rung = false;
  let release: (() => void) | null = null;
  return {
    ring() {
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
