import { expect, test } from '@jest/globals';
import { createMetrics } from '../../src/metrics/index.ts';

test('quotes of stocks and of contracts are counted apart from all other events', () => {
  const { realtime } = createMetrics();
  realtime.messageSent('quote:update', 3);
  realtime.messageSent('option:update', 20);
  realtime.messageSent('connected');
  expect(realtime.totals()).toMatchObject({ quotes: 23, out: 1 });
});
