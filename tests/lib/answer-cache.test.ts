import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { createAnswerCache } from '../../src/lib/answer-cache.ts';
import { createManualClock } from '../support/manual-clock.ts';

const AWAY = new Error('away');
const MISSING = new Error('missing');

function openCache(weightOf?: (value: number) => number) {
  const clock = createManualClock(0);
  const cache = createAnswerCache<number>({
    clock,
    freshMs: 1_000,
    staleMs: 15_000,
    keepErrorMs: (error) => (error === MISSING ? 60_000 : 0),
    mayServeStale: (error) => error === AWAY,
    ...(weightOf && { weightOf }),
    maxWeight: 2,
  });
  let questions = 0;
  const ask = (answer: number | Error, key = 'AAPL') =>
    cache.get(key, async () => {
      questions += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    });
  return { clock, cache, ask, questions: () => questions };
}

test('a hundred who ask at once are one question', async () => {
  const { ask, questions } = openCache();
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(7)));
  expect(new Set(answers.map(({ value }) => value))).toEqual(new Set([7]));
  expect(questions()).toBe(1);
});

test('an answer serves for a second, then the source is asked again', async () => {
  const { clock, ask, questions } = openCache();
  await ask(1);
  clock.advance(999);
  expect(await ask(2)).toEqual({ value: 1, stale: false });
  clock.advance(1);
  expect(await ask(3)).toEqual({ value: 3, stale: false });
  expect(questions()).toBe(2);
});

test('while the source is away its last answer is served as stale, up to fifteen seconds', async () => {
  const { clock, ask } = openCache();
  await ask(1);
  clock.advance(15_000);
  expect(await ask(AWAY)).toEqual({ value: 1, stale: true });
  clock.advance(1);
  await expect(ask(AWAY)).rejects.toBe(AWAY);
});

test('an error that says something of the question is thrown at once, and kept for its time', async () => {
  const { clock, ask, questions } = openCache();
  await ask(1);
  clock.advance(2_000);
  await expect(ask(MISSING)).rejects.toBe(MISSING);
  clock.advance(59_999);
  await expect(ask(2)).rejects.toBe(MISSING);
  expect(questions()).toBe(2);
  clock.advance(1);
  expect(await ask(2)).toEqual({ value: 2, stale: false });
});

test('the oldest key is forgotten first', async () => {
  const { ask, questions } = openCache();
  for (const key of ['A', 'B', 'C', 'B', 'A']) await ask(1, key);
  expect(questions()).toBe(4);
});

test('large answers leave room for few; one that is larger than the room is kept alone', async () => {
  const { ask, questions } = openCache((value) => value);
  await ask(1, 'A');
  await ask(1, 'B');
  await ask(9, 'C');
  expect(await ask(0, 'C')).toEqual({ value: 9, stale: false });
  expect(questions()).toBe(3);
  await ask(1, 'A');
  expect(questions()).toBe(4);
});

/** Node gives the collector away only to processes that were started for it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

test('answers that can no longer serve do not stay in the memory', async () => {
  const clock = createManualClock(0);
  const cache = createAnswerCache<{ readonly bars: number[] }>({
    clock,
    freshMs: 1_000,
    staleMs: 15_000,
    keepErrorMs: () => 0,
    mayServeStale: () => true,
    maxWeight: 1_000,
  });
  const answers: WeakRef<object>[] = [];
  const ask = (key: string) =>
    cache.get(key, async () => {
      const answer = { bars: [1] };
      answers.push(new WeakRef(answer));
      return answer;
    });
  for (let i = 0; i < 20; i++) {
    await ask(`${i}`);
    clock.advance(1_000);
  }
  // Weak references hold their objects until the end of the turn of the loop.
  await nextTurn();
  collectGarbage();
  const kept = answers.filter((answer) => answer.deref() !== undefined);
  expect(kept.length).toBeLessThanOrEqual(16);
});

test('the question ends when the last who waits has left, and not before', async () => {
  const { cache } = openCache();
  const [first, second] = [new AbortController(), new AbortController()];
  const asked: AbortSignal[] = [];
  const ask = (signal: AbortSignal) => cache.get('AAPL', (_, left) => endless(asked, left), signal);
  const answers = [ask(first.signal), ask(second.signal)];
  const outcomes = Promise.allSettled(answers);
  first.abort(AWAY);
  await expect(answers[0]).rejects.toBe(AWAY);
  expect(asked.map(({ aborted }) => aborted)).toEqual([false]);
  second.abort(AWAY);
  await outcomes;
  expect(asked.map(({ aborted }) => aborted)).toEqual([true]);
  // Who comes now asks anew.
  expect(await cache.get('AAPL', async () => 7)).toEqual({ value: 7, stale: false });
});

test('who has no signal keeps the question alive', async () => {
  const { cache } = openCache();
  const leaving = new AbortController();
  const { promise, resolve } = Promise.withResolvers<number>();
  const left = cache.get('AAPL', () => promise, leaving.signal);
  const staying = cache.get('AAPL', () => Promise.reject(MISSING));
  leaving.abort(AWAY);
  await expect(left).rejects.toBe(AWAY);
  resolve(7);
  expect(await staying).toEqual({ value: 7, stale: false });
});

/** An answer that comes only as an error, once nobody waits. */
const endless = (asked: AbortSignal[], left: AbortSignal): Promise<never> => {
  asked.push(left);
  return new Promise((_, reject) => left.addEventListener('abort', () => reject(left.reason)));
};
