import { expect, test } from '@jest/globals';
import { createMarketHours } from '../../../src/domain/market/market-hours.ts';
import { followMarketSessions } from '../../../src/domain/market/session-changes.ts';
import { createManualClock } from '../../support/manual-clock.ts';

test.each([
  ['08:00', 'pre'],
  ['13:30', 'regular'],
  ['20:00', 'post'],
  ['24:00', 'closed'],
])('the bell at %s UTC is told once, within a second, and none after the end', (time, session) => {
  const bell = Date.parse('2026-06-15T00:00:00Z') + Number(time.slice(0, 2)) * 3_600_000;
  const at = bell + Number(time.slice(3)) * 60_000;
  const clock = createManualClock(at - 60_500);
  const hours = createMarketHours('us-equities');
  const told: [string, number][] = [];
  const stop = followMarketSessions({
    status: () => hours.status(clock.now()),
    clock,
    onChange: (status) => told.push([status.session!, clock.now() - at]),
  });
  clock.advance(180_000);
  expect(told).toEqual([[session, 500]]);
  stop();
  expect(clock.pending()).toBe(0);
});
