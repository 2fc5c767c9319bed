import { expect, test } from '@jest/globals';
import { createMetricRegistry } from '../../src/metrics/registry.ts';
import { createTradingMetrics } from '../../src/metrics/trading.ts';
import { TradecastError } from '../../src/protocol/errors.ts';

const answered = (status: string, duplicate = false) => Promise.resolve({ order: { status }, duplicate });
const rejected = (error: Error) => Promise.reject<{ order: { status: string }; duplicate: boolean }>(error);

test('an order counts as failed only where the service is at fault, not where the request is wrong', async () => {
  const registry = createMetricRegistry();
  const metrics = createTradingMetrics(registry);
  const placings = [
    answered('accepted'),
    answered('accepted', true),
    answered('denied'),
    rejected(new TradecastError('CONFLICT', 'This key was used for another order.')),
    rejected(new TradecastError('UNAUTHENTICATED', 'Your session has ended.')),
    rejected(new TradecastError('FORBIDDEN', 'This user may not trade.')),
    rejected(new TradecastError('UNAVAILABLE', 'The database is away.')),
    rejected(new TradecastError('INTERNAL', 'Something went wrong.')),
    rejected(new Error('deadlock detected')),
  ];
  await Promise.allSettled(placings.map(metrics.countOrder));
  const text = await registry.text();
  const counts = [...text.matchAll(/^tradecast_orders_total\{outcome="(\w+)"\} (\d+)$/gm)];
  expect(Object.fromEntries(counts.map(([, outcome, count]) => [outcome, Number(count)]))).toEqual({
    accepted: 1,
    repeated: 1,
    denied: 1,
    refused: 3,
    failed: 3,
  });
  expect(metrics.orders()).toBe(9);
});
