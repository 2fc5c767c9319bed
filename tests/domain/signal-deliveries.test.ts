import { describe, expect, test } from '@jest/globals';
import { type CountedSignal, toDelivery } from '../../src/domain/signals/delivery/delivery-log.ts';
import { binOf, latencyAt } from '../../src/domain/signals/delivery/latency-bins.ts';

type Count = CountedSignal['counts'][number];
const count = (replica: string, of: Partial<Count> = {}): Count => ({
  replica,
  eligible: 2,
  told: 2,
  latencies: new Map([[binOf(5), 2]]),
  known: ['a', 'b'],
  isExact: true,
  ...of,
});
const delivery = (...counts: Count[]) =>
  toDelivery({
    stream: 'free',
    seq: 1,
    source: 'momentum',
    id: 'one',
    revision: 1,
    symbol: 'AAPL',
    action: 'buy',
    acceptedAt: Date.parse('2026-01-02T15:00:00Z'),
    counts,
  });

describe('the delivery of a signal', () => {
  test('is the sum over all replicas, whole where each of them has written its part', () => {
    const sum = delivery(
      count('a'),
      count('b', { eligible: 5, told: 4, latencies: new Map([[binOf(40), 4]]) }),
    );
    expect(sum).toMatchObject({ eligible: 7, told: 6, acceptedAt: '2026-01-02T15:00:00.000Z' });
    expect(sum).not.toHaveProperty('partial');
    expect([sum.p50Ms, sum.p99Ms]).toEqual([latencyAt(new Map([[binOf(40), 1]]), 1), sum.p50Ms]);
    expect(sum.p99Ms).toBeGreaterThanOrEqual(40);
    expect(sum.p99Ms).toBeLessThanOrEqual(44);
  });

  test('is partial where a replica that was known has written nothing, as after a crash', () => {
    expect(delivery(count('a'))).toMatchObject({ eligible: 2, told: 2, partial: true });
    expect(delivery(count('a', { known: ['a'] }), count('b'))).not.toHaveProperty('partial');
    expect(delivery(count('a', { known: ['a', 'c'] }), count('b'))).toMatchObject({ partial: true });
  });

  test('is partial where a replica could not know the others, and where nobody has written', () => {
    expect(delivery(count('a'), count('b', { isExact: false }))).toMatchObject({ partial: true });
    expect(delivery()).toMatchObject({ eligible: 0, told: 0, p50Ms: null, p99Ms: null, partial: true });
  });
});

test('a percentile is at most a tenth too long, and never too short', () => {
  for (const ms of [1, 2, 7, 25, 40, 333, 5_000, 59_000]) {
    const told = latencyAt(new Map([[binOf(ms), 1]]), 0.99)!;
    expect(told).toBeGreaterThanOrEqual(ms);
    expect(told).toBeLessThanOrEqual(Math.ceil(ms * 1.1));
  }
  expect(latencyAt(new Map(), 0.5)).toBeNull();
});
