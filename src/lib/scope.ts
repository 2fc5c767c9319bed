import type { Cancel } from './clock.ts';

/** Timers and subscriptions that begin together and end together; it can be used again after its end. */
export interface Scope {
  add(...ends: readonly Cancel[]): void;
  /** Ends everything that was added, last added first; twice is once. */
  end(): void;
}

export function createScope(): Scope {
  const open: Cancel[] = [];

  return {
    add(...ends) {
      open.push(...ends);
    },
    end() {
      for (let end = open.pop(); end; end = open.pop()) end();
    },
  };
}
