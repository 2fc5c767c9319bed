/** Runs work of the same key one after the other, in the order of the calls. */
export type OneAtATime = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** A key with nothing under way takes no memory. */
export function createOneAtATime(): OneAtATime {
  const tails = new Map<string, Promise<void>>();
  return <T>(key: string, work: () => Promise<T>) => {
    const done = (tails.get(key) ?? Promise.resolve()).then(work);
    const leave = (): void => {
      if (tails.get(key) === tail) tails.delete(key);
    };
    const tail: Promise<void> = done.then(leave, leave);
    tails.set(key, tail);
    return done;
  };
}
