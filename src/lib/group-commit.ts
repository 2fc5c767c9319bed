export interface GroupCommit<Item, Answer> {
  add(item: Item): Promise<Answer>;
}

/**
 * Many writes in one transaction: items that arrive while a batch runs share the next one, and the first never waits.
 * `run` answers for each item in order, with an Error for an item that fails alone. When `run` itself fails, its
 * items run one by one, so that none of them can fail the others.
 */
export function createGroupCommit<Item, Answer>(options: {
  readonly maxBatch: number;
  readonly run: (items: readonly Item[]) => Promise<readonly (Answer | Error)[]>;
}): GroupCommit<Item, Answer> {
  const { maxBatch, run } = options;
  interface Waiting {
    readonly item: Item;
    readonly resolve: (answer: Answer) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let running = false;

  const attempt = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const answers = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const answer = answers[index];
        if (answer === undefined || answer instanceof Error) reject(answer ?? new Error('no answer'));
        else resolve(answer);
      });
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error);
      else for (const entry of batch) await attempt([entry]);
    }
  };

  const work = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
      await attempt(batch);
    }
    running = false;
  };

  return {
    add: (item) =>
      new Promise<Answer>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (!running) void work();
      }),
  };
}
