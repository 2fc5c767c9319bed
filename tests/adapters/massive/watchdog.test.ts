import { expect, test } from '@jest/globals';
import { createWatchdog } from '../../../src/adapters/massive/watchdog.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const NOON = '2026-06-15T16:00:00.000Z';

function begin({ hasCanary = false } = {}) {
  const clock = createManualClock(NOON);
  const events: string[] = [];
  const watchdog = createWatchdog({
    clock,
    marketSession: () => 'regular',
    hasCanary: () => hasCanary,
    ping: () => {},
    onSilent: (silent) => events.push(silent ? 'silent' : 'back'),
    onDead: () => events.push('dead'),
  });
  const start = clock.now();
  return { clock, watchdog, events, heard: () => watchdog.heardAt() - start };
}

test('a process that stood still reads what waits before it calls the feed silent or dead', () => {
  const { clock, watchdog, events } = begin();
  for (const stall of [6_000, 40_000]) {
    clock.stall(stall);
    watchdog.received(true);
    clock.advance(1_000);
  }
  expect(events).toEqual([]);
});

test('a feed that sent nothing while the process stood still is silent at the next check', () => {
  const { clock, events } = begin();
  clock.stall(6_000);
  expect(events).toEqual([]);
  clock.advance(250);
  expect(events).toEqual(['silent']);
});

test('a process that stands still again and again finds a dead feed nevertheless', () => {
  const { clock, events } = begin();
  for (let stall = 0; stall < 20; stall++) clock.stall(2_000);
  expect(events.slice(0, 2)).toEqual(['silent', 'dead']);
});

test('the last sign is any message; with the canary it is one of market data', () => {
  const plain = begin();
  plain.clock.advance(1_000);
  plain.watchdog.received(false);
  plain.clock.advance(1_000);
  expect(plain.heard()).toBe(1_000);
  const watched = begin({ hasCanary: true });
  watched.clock.advance(1_000);
  watched.watchdog.received(true);
  watched.clock.advance(1_000);
  watched.watchdog.received(false);
  expect(watched.heard()).toBe(1_000);
});
