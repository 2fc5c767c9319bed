import { expect, test } from '@jest/globals';
import { Counter, Gauge, Registry } from 'prom-client';
import { lastOf, tally } from '../../src/lib/tally.ts';

test('a counter still counts, and its sums are known at once', async () => {
  const registry = new Registry();
  const counter = new Counter({ name: 'told', help: 'told', labelNames: ['event'], registers: [registry] });
  const told = tally(counter, 'event');
  counter.inc({ event: 'quote' }, 40);
  counter.inc({ event: 'quote' });
  counter.inc({ event: 'trade' }, 0);
  expect([told(), told('quote'), told('trade'), told('nothing')]).toEqual([41, 41, 0, 0]);
  expect(await registry.metrics()).toMatch(/^told\{event="quote"\} 41$/m);
});

test('a counter without labels is counted in every way of asking it to', async () => {
  const registry = new Registry();
  const counter = new Counter({ name: 'gaps', help: 'gaps', registers: [registry] });
  const gaps = tally(counter);
  counter.inc();
  counter.inc(4);
  expect(gaps()).toBe(5);
  expect(await registry.metrics()).toMatch(/^gaps 5$/m);
});

test('a gauge is what it was last set to', async () => {
  const registry = new Registry();
  const gauge = new Gauge({ name: 'queued', help: 'queued', registers: [registry] });
  const queued = lastOf(gauge);
  expect(queued()).toBe(0);
  gauge.set(7);
  expect(queued()).toBe(7);
  expect(await registry.metrics()).toMatch(/^queued 7$/m);
});
