import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createLocalRateLimiter } from '../../../src/adapters/local/rate-limiter.ts';

const allowed = async (answer: Promise<{ allowed: boolean }>): Promise<boolean> => (await answer).allowed;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('a window has its points, whoever is refused meanwhile, and begins anew when it has ended', async () => {
  const limiter = createLocalRateLimiter({ guess: { points: 2, seconds: 10 } });
  const take = () => limiter.consume('guess', 'ada');
  expect([await allowed(take()), await allowed(take())]).toEqual([true, true]);
  jest.advanceTimersByTime(3_000);
  expect(await take()).toEqual({ allowed: false, retryAfterMs: 7_000 });
  expect(await allowed(limiter.consume('guess', 'grace'))).toBe(true);
  jest.advanceTimersByTime(7_000);
  expect([await allowed(take()), await allowed(take()), await allowed(take())]).toEqual([true, true, false]);
});

test('a point that is given back is there again, also after a refusal; the next window owes nothing', async () => {
  const limiter = createLocalRateLimiter({ guess: { points: 1, seconds: 10 } });
  const take = () => limiter.consume('guess', 'ada');
  const first = await take();
  expect(await allowed(take())).toBe(false);
  if (first.allowed) first.giveBack();
  const second = await take();
  expect([second.allowed, await allowed(take())]).toEqual([true, false]);
  jest.advanceTimersByTime(10_000);
  expect(await allowed(take())).toBe(true);
  if (second.allowed) second.giveBack();
  expect(await allowed(take())).toBe(false);
});

test('a share among replicas is rounded down, and never less than one', async () => {
  let replicas = 3;
  const limiter = createLocalRateLimiter({ guess: { points: 5, seconds: 60 } }, () => replicas);
  expect(await allowed(limiter.consume('guess', 'ada'))).toBe(true);
  expect(await allowed(limiter.consume('guess', 'ada'))).toBe(false);
  replicas = 100;
  expect(await allowed(limiter.consume('guess', 'grace'))).toBe(true);
});

test('a name that is no limit is a mistake', async () => {
  await expect(createLocalRateLimiter({}).consume('guess', 'ada')).rejects.toThrow('no such limit: guess');
});
