/**
 * Turns many single look-ups into few: keys asked for while a look-up is under way wait for the next one, so
 * that a burst of thousands costs a handful of queries and a lone caller waits for nobody.
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
      // Everybody who asks in this turn of the event loop is in the first batch already.
      setImmediate(() => void run());
    });
}
