import type { Cancel } from './clock.ts';

/** Timers and subscriptions that begin together and end together; it can be used again after its end. */
export interface Scope {
  add(...ends: readonly Cancel[]): void;
  /** Ends everything that was added, last added first; false where there was nothing to end. */
  end(): boolean;
}

export function createScope(): Scope {
  const open: Cancel[] = [];

  return {
    add(...ends) {
      open.push(...ends);
    },
    end() {
      if (open.length === 0) return false;
      for (let end = open.pop(); end; end = open.pop()) end();
      return true;
    },
  };
}
