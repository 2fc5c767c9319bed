import { expect, test } from '@jest/globals';
import { createMetrics } from '../../src/metrics/index.ts';

test('each bucket of the delivery counts the readers that were told within its time', async () => {
  const { signals, registry } = createMetrics();
  signals.told(3, 2_000);
  signals.told(5, 10);
  signals.told(400, 1);
  signals.told(9_000, 1);
  const text = await registry.text();
  const buckets = [...text.matchAll(/^tradecast_signal_delivery_seconds_bucket\{le="(.+)"\} (\d+)$/gm)];
  expect(Object.fromEntries(buckets.map(([, le, count]) => [le, Number(count)]))).toMatchObject({
    '0.0025': 0,
    '0.005': 2_010,
    '0.25': 2_010,
    '0.5': 2_011,
    '5': 2_011,
    '+Inf': 2_012,
  });
});

test('every outcome of a signal is printed from the start, so that its first one is seen as an increase', async () => {
  const { signals, registry } = createMetrics();
  signals.answered('accepted');
  const text = await registry.text();
  expect(text).toMatch(/^tradecast_signals_total\{outcome="accepted"\} 1$/m);
  expect(text).toMatch(/^tradecast_signals_total\{outcome="INVALID_SIGNATURE"\} 0$/m);
});
