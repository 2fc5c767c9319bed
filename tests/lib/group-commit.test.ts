import { expect, test } from '@jest/globals';
import { createGroupCommit } from '../../src/lib/group-commit.ts';

const recording = (fail: (items: readonly number[]) => boolean = () => false) => {
  const runs: number[][] = [];
  const commits = createGroupCommit<number, number>({
    maxBatch: 3,
    async run(items) {
      runs.push([...items]);
      if (fail(items)) throw new Error(`failed ${items.join()}`);
      return items.map((item) => (item < 0 ? new Error(`no ${item}`) : item * 2));
    },
  });
  return { runs, commits };
};

test('what arrives while a batch runs shares the next ones, in order and bounded', async () => {
  const { runs, commits } = recording();
  expect(await Promise.all([1, 2, 3, 4, 5].map(commits.add))).toEqual([2, 4, 6, 8, 10]);
  expect(runs).toEqual([[1], [2, 3, 4], [5]]);
  expect(await commits.add(6)).toBe(12);
});

test('an item that fails alone is the only one that fails', async () => {
  const { commits } = recording();
  const answers = await Promise.allSettled([1, -2, 3].map(commits.add));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('one item that fails a hundred costs a few more runs and fails no other', async () => {
  const runs: number[] = [];
  const commits = createGroupCommit<number, number>({
    maxBatch: 100,
    async run(items) {
      runs.push(items.length);
      if (items.includes(77)) throw new Error('failed');
      return [...items];
    },
  });
  const items = Array.from({ length: 101 }, (_, item) => item);
  const answers = await Promise.allSettled(items.map(commits.add));
  expect(answers.flatMap(({ status }, item) => (status === 'rejected' ? [item] : []))).toEqual([77]);
  expect(runs.length).toBeLessThanOrEqual(16);
});

test('where everything fails, few runs tell so', async () => {
  let runs = 0;
  const commits = createGroupCommit<number, number>({
    maxBatch: 100,
    async run() {
      runs += 1;
      throw new Error('away');
    },
  });
  const answers = await Promise.allSettled(Array.from({ length: 101 }, (_, item) => commits.add(item)));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toEqual([]);
  expect(runs).toBeLessThan(101);
});

test('the items of a batch that fails as a whole are run by halves', async () => {
  const { runs, commits } = recording((items) => items.includes(3));
  const answers = await Promise.allSettled([1, 2, 3, 4].map(commits.add));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(runs).toEqual([[1], [2, 3, 4], [2], [3, 4], [3], [4]]);
});
