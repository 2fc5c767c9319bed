/** What has to end again, in reverse order. */
export interface Cleanups {
  add(end: () => unknown): void;
  /** Twice is once. */
  run(): Promise<void>;
}

/** Builds something of parts that have to end. Where the building fails, those that have begun end. */
export async function withCleanups<T>(build: (cleanups: Cleanups) => Promise<T>): Promise<T> {
  const ends: (() => unknown)[] = [];
  const cleanups: Cleanups = {
    add: (end) => void ends.push(end),
    async run() {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
  try {
    return await build(cleanups);
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}
