import { expect, test } from '@jest/globals';
import { createPulse } from '../../src/lib/pulse.ts';
import { createManualClock } from '../support/manual-clock.ts';

/** Lets promises settle; no time passes. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('what answers is ok, what refuses cannot be reached, what hangs does not answer; asking anew finds out', async () => {
  const clock = createManualClock(0);
  let asked = 0;
  let ping = (): Promise<unknown> => Promise.resolve();
  const pulse = createPulse({
    clock,
    ping: () => {
      asked += 1;
      return ping();
    },
  });
  expect(pulse.state()).toBe('has not been asked yet');
  await pulse.start();
  expect(pulse.state()).toBe('ok');

  ping = () => Promise.reject(new Error('refused'));
  clock.advance(1_000);
  await settled();
  expect(pulse.state()).toBe('cannot be reached');

  const hanging = Promise.withResolvers<void>();
  ping = () => hanging.promise;
  clock.advance(1_000);
  await settled();
  expect(pulse.state()).toBe('cannot be reached');
  clock.advance(1_000);
  expect(pulse.state()).toBe('does not answer');
  // Each question would take one more connection of a database that hangs.
  clock.advance(60_000);
  expect(asked).toBe(3);

  hanging.resolve();
  await settled();
  expect(pulse.state()).toBe('ok');
  ping = () => Promise.resolve();
  clock.advance(1_000);
  await settled();
  expect(asked).toBe(4);
  pulse.stop();
  expect(clock.pending()).toBe(0);
});

test('a start does not wait longer than a second for what hangs', async () => {
  const clock = createManualClock(0);
  const pulse = createPulse({ clock, ping: () => new Promise(() => {}) });
  const started = pulse.start();
  clock.advance(1_000);
  await started;
  expect(pulse.state()).toBe('does not answer');
});
