import { expect, test } from '@jest/globals';
import { createMetricRegistry } from '../../src/metrics/registry.ts';

test('a labelled tally prints its series, and its sums are known at once', async () => {
  const registry = createMetricRegistry();
  const sent = registry.labelledTally('sent', 'sent', 'event', 'to');
  sent.add({ event: 'quote', to: 'a' }, 40);
  sent.add({ event: 'quote', to: 'b' });
  sent.begin({ event: 'trade', to: 'a' });
  expect([sent.sum(), sent.sum('quote'), sent.sum('trade'), sent.sum('nothing')]).toEqual([41, 41, 0, 0]);
  const text = await registry.text();
  expect(text).toMatch(/^sent\{event="quote",to="a"\} 40$/m);
  expect(text).toMatch(/^sent\{event="trade",to="a"\} 0$/m);
});

test('a tally counts by one or by many', async () => {
  const registry = createMetricRegistry();
  const gaps = registry.tally('gaps', 'gaps');
  gaps.add();
  gaps.add(4);
  expect(gaps.sum()).toBe(5);
  expect(await registry.text()).toMatch(/^gaps 5$/m);
});

test('what is read prints the value of each moment, and -1 while it is unknown', async () => {
  const registry = createMetricRegistry();
  let now: number | null = 7;
  registry.gauge('age', 'age', () => now);
  registry.total('ticks', 'ticks', () => now ?? 9);
  registry.labelledTotal('drops', 'drops', 'reason', () => ({ late: now ?? 9 }));
  registry.labelledGauge('state', 'state', 'name', () => ({ live: now ?? 9 }));
  expect(await registry.text()).toMatch(/^age 7$/m);
  now = null;
  const text = await registry.text();
  for (const line of ['age -1', 'ticks 9', 'drops{reason="late"} 9', 'state{name="live"} 9'])
    expect(text.split('\n')).toContain(line);
});
