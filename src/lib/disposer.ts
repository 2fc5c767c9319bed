/** Things to undo, in reverse order of being added. */
export interface Disposer {
  add(name: string, dispose: () => void | Promise<void>): void;
  /** Runs every disposer once, last added first; a failure is reported and does not stop the others. */
  dispose(onError: (name: string, error: unknown) => void): Promise<void>;
}

export function createDisposer(): Disposer {
  const stack: { name: string; dispose: () => void | Promise<void> }[] = [];
  return {
    add(name, dispose) {
      stack.push({ name, dispose });
    },
    async dispose(onError) {
      for (let entry = stack.pop(); entry; entry = stack.pop()) {
        try {
          await entry.dispose();
        } catch (error) {
          onError(entry.name, error);
        }
      }
    },
  };
}
