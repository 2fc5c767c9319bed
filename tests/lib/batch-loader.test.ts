import { expect, test } from '@jest/globals';
import { createBatchLoader } from '../../src/lib/batch-loader.ts';

const squares = (keys: readonly number[]): Map<number, number> =>
  new Map(keys.map((key) => [key, key * key]));

test('those who ask together are answered by one look-up, each key asked for once', async () => {
  const asked: (readonly number[])[] = [];
  const find = createBatchLoader<number, number>(async (keys) => {
    asked.push(keys);
    return squares(keys);
  }, 100);
  expect(await Promise.all([find(2), find(3), find(2)])).toEqual([4, 9, 4]);
  expect(asked).toEqual([[2, 3]]);
});

test('those who ask during a look-up wait for the next one, because the answer may have changed since', async () => {
  let version = 1;
  let release: (() => void) | undefined;
  const find = createBatchLoader<string, number>(async (keys) => {
    const seen = version;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return new Map(keys.map((key) => [key, seen]));
  }, 100);
  const letGo = async (): Promise<void> => {
    while (!release) await new Promise((resolve) => setImmediate(resolve));
    release();
    release = undefined;
  };
  const early = find('a');
  while (!release) await new Promise((resolve) => setImmediate(resolve));
  version = 2;
  const late = find('a');
  await letGo();
  await letGo();
  expect([await early, await late]).toEqual([1, 2]);
});

test('a burst is cut into batches of bounded size', async () => {
  const sizes: number[] = [];
  const find = createBatchLoader<number, number>(async (keys) => {
    sizes.push(keys.length);
    return squares(keys);
  }, 4);
  const keys = Array.from({ length: 10 }, (_, key) => key);
  expect(await Promise.all(keys.map(find))).toEqual(keys.map((key) => key * key));
  expect(sizes).toEqual([4, 4, 2]);
});

test('a look-up that fails fails those who asked, and nobody after them', async () => {
  let broken = true;
  const find = createBatchLoader<number, number>(async (keys) => {
    if (broken) throw new Error('no database');
    return squares(keys);
  }, 100);
  const answers = await Promise.allSettled([find(1), find(2)]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  broken = false;
  expect(await find(3)).toBe(9);
  expect(await find(4)).toBe(16);
});
