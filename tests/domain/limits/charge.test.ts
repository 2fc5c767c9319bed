import { describe, expect, test } from '@jest/globals';
import { createLocalRateLimiter } from '../../../src/adapters/local/rate-limiter.ts';
import { charged } from '../../../src/domain/limits/charge.ts';
import { REQUEST_CODES, TRADING_CODES, TradecastError } from '../../../src/protocol/errors.ts';

const ONE = { points: 1, seconds: 60 };
const price = () => ({
  limiter: createLocalRateLimiter({ own: ONE, shared: ONE }),
  points: [['own', 'a'] as const, ['shared', 'b'] as const],
  refusal: (retryAfterMs: number) => new TradecastError('RATE_LIMITED', 'wait', { retryAfterMs }),
});
const failing = (error: unknown) => async () => {
  throw error;
};

describe('the points of a piece of work', () => {
  test.each([...REQUEST_CODES, ...TRADING_CODES])('that ended with %s', async (code) => {
    const paid = price();
    const refusal = new TradecastError(code, 'no');
    await expect(charged(paid, failing(refusal))).rejects.toBe(refusal);
    const again = charged(paid, async () => 'done');
    if (code === 'UNAVAILABLE' || code === 'INTERNAL') expect(await again).toBe('done');
    else await expect(again).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('that failed by a mistake of the service are given back', async () => {
    const paid = price();
    await expect(charged(paid, failing(new TypeError('a mistake')))).rejects.toThrow(TypeError);
    expect(await charged(paid, async () => 'done')).toBe('done');
  });

  test('are taken before it begins: of two at the same time one is refused and does not begin', async () => {
    const paid = price();
    let begun = 0;
    const work = async () => {
      begun += 1;
    };
    const ends = await Promise.allSettled([charged(paid, work), charged(paid, work)]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(begun).toBe(1);
  });
});
