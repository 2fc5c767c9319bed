/** Begins something when it is ready and everything before it has begun. */
export type Turns = <Ready, Result>(
  keys: readonly string[],
  ready: Promise<Ready>,
  begin: (ready: Ready) => Promise<Result>,
) => Promise<Result>;

/**
 * What shares a key begins in the order of the calls, however long each takes to be ready; what it began runs on while
 * the next begins. One that is never ready fails alone. A key with nothing that waits costs nothing.
 */
export function createTurns(): Turns {
  /** By key, what settles once the last one has begun. */
  const tails = new Map<string, Promise<unknown>>();
  return (keys, ready, begin) => {
    const before = keys.map((key) => tails.get(key));
    const begun = (async () => {
      await Promise.allSettled([...before, ready]);
      // In an object: the next one waits for the begin, and not for the result.
      return { result: begin(await ready) };
    })();
    const leave = (): void => {
      for (const key of keys) if (tails.get(key) === tail) tails.delete(key);
    };
    const tail: Promise<unknown> = begun.then(leave, leave);
    for (const key of keys) tails.set(key, tail);
    return begun.then(({ result }) => result);
  };
}
