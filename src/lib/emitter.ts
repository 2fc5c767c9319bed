import type { Cancel } from './clock.ts';

/** One event of one part and those who listen to it. */
export interface Emitter<Arguments extends readonly unknown[]> {
  /** Returns what ends the subscription. */
  on(listener: (...args: Arguments) => void): Cancel;
  /** Calls every listener in this turn, in the order of their subscriptions. */
  emit(...args: Arguments): void;
}

/**
 * With `onError` a listener that throws stops neither its neighbours nor the emitter;
 * without it the error reaches the emitter.
 */
export function createEmitter<Arguments extends readonly unknown[] = []>(
  onError?: (error: unknown) => void,
): Emitter<Arguments> {
  const listeners = new Set<{ readonly call: (...args: Arguments) => void }>();

  return {
    on(call) {
      const listener = { call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    emit(...args) {
      for (const { call } of listeners) {
        if (!onError) {
          call(...args);
          continue;
        }
        try {
          call(...args);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
