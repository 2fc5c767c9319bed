export interface GroupCommit<Item, Answer> {
  add(item: Item): Promise<Answer>;
}

/** So many find eight items among a hundred. Where more fail, it lies with none of them, and those behind need not wait. */
const MAX_FAILED_RUNS = 64;

/**
 * Many writes in one transaction: items that arrive while a batch runs share the next one, and the first never waits.
 * `run` answers for each item in order, with an Error for an item that fails alone. When `run` itself fails, it runs for
 * each half by itself and so on, so that the item that fails it fails no other and costs few more runs.
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

  const attempt = async (batch: readonly Waiting[], failed = { runs: 0 }): Promise<void> => {
    try {
      const answers = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const answer = answers[index];
        if (answer === undefined || answer instanceof Error) reject(answer ?? new Error('no answer'));
        else resolve(answer);
      });
    } catch (error) {
      failed.runs += 1;
      if (batch.length === 1 || failed.runs >= MAX_FAILED_RUNS) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const half = Math.floor(batch.length / 2);
      await attempt(batch.slice(0, half), failed);
      await attempt(batch.slice(half), failed);
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
