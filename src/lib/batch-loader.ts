/**
 * Turns many single look-ups into few: keys that arrive while a look-up runs share the next one. A burst of
 * thousands costs a handful of queries, and a lone caller does not wait.
 */
export function createBatchLoader<Key, Value>(
  load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
  maxKeys: number,
): (key: Key) => Promise<Value | undefined> {
  interface Waiter {
    resolve(value: Value | undefined): void;
    reject(error: unknown): void;
  }
  const waiting = new Map<Key, Waiter[]>();
  let running = false;

  async function run(): Promise<void> {
    while (waiting.size > 0) {
      const batch = [...waiting].slice(0, maxKeys);
      for (const [key] of batch) waiting.delete(key);
      try {
        const values = await load(batch.map(([key]) => key));
        for (const [key, waiters] of batch) for (const waiter of waiters) waiter.resolve(values.get(key));
      } catch (error) {
        for (const [, waiters] of batch) for (const waiter of waiters) waiter.reject(error);
      }
    }
    running = false;
  }

  return (key) =>
    new Promise((resolve, reject) => {
      const waiters = waiting.get(key);
      if (waiters) waiters.push({ resolve, reject });
      else waiting.set(key, [{ resolve, reject }]);
      if (running) return;
      running = true;
      // The first batch has every key of this turn of the event loop.
      setImmediate(() => void run());
    });
}
