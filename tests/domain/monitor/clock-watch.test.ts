import { expect, jest, test } from '@jest/globals';
import { watchClocks } from '../../../src/domain/monitor/clock-watch.ts';
import { createHeartbeats } from '../../support/heartbeats.ts';

test('a clock that is wrong is logged by the name of its replica, and again only after ten minutes', () => {
  const beats = createHeartbeats();
  beats.replicas.start();
  const warn = jest.fn();
  const stop = watchClocks({ replicas: beats.replicas, clock: beats.clock, log: { warn } });
  const hearFor = (seconds: number): void => {
    for (let second = 0; second < seconds; second++) {
      beats.hear('late', { at: beats.clock.now() - 30_000 });
      beats.hear('right', { at: beats.clock.now() });
      beats.clock.advance(1_000);
    }
  };
  hearFor(60);
  expect(warn.mock.calls).toEqual([
    [{ replica: 'late', clockOffsetMs: -30_000 }, 'The clock of late is 30 s behind: set the clocks (NTP).'],
  ]);
  hearFor(600);
  expect(warn).toHaveBeenCalledTimes(2);
  stop();
});
