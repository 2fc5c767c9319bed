export interface Emitter<Arguments extends readonly unknown[]> {
  /** Returns what ends the subscription. */
  on(listener: (...args: Arguments) => void): () => void;
  emit(...args: Arguments): void;
}

/** One event of one part, and its listeners in the order of their subscriptions. */
export function createEmitter<Arguments extends readonly unknown[] = []>(): Emitter<Arguments> {
  const listeners = new Set<(...args: Arguments) => void>();
  return {
    on(listener) {
      // Subscribed twice, a listener is called twice and ends twice.
      const own = (...args: Arguments) => listener(...args);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    emit(...args) {
      for (const listener of listeners) listener(...args);
    },
  };
}
