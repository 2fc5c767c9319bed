/** Runs steps to their end, each in a turn of its own: what waits meanwhile waits for one step, not for all. */
export async function inSlices<Result>(steps: Generator<void, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await new Promise(setImmediate);
  }
}
