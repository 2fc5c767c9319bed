/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { createSignalsStore } from '../../../dashboard/src/stores/signals.ts';
import {
  createTrackRecordStore,
  RECORDED_MS,
  TRACK_RECORD_INTERVAL_MS,
} from '../../../dashboard/src/stores/track-record.ts';
import { signalOf } from '../support/signals.ts';
import { manualTimers } from '../support/timers.ts';

/** No load is spread further than this behind what it waits for. */
const LATEST_MS = RECORDED_MS + 4_000;

function start() {
  const timers = manualTimers();
  const signals = createSignalsStore('STARTER', timers.now);
  const loads: number[] = [];
  const begun = timers.now();
  const store = createTrackRecordStore({
    api: {
      async trackRecord() {
        loads.push(timers.now() - begun);
        return { rules: [], sources: [] };
      },
    },
    timers,
    signals,
  });
  const stop = store.start();
  signals.answer({ newest: [signalOf({ id: 'before', seq: 1 })], premium: [] }, timers.now());
  const expiring = (seconds: number) => new Date(timers.now() + seconds * 1_000).toISOString();
  return { timers, signals, loads, stop, expiring };
}

test('the record is loaded every minute, and the list at the beginning changes nothing about it', () => {
  const { timers, loads, stop } = start();
  timers.advance(2 * TRACK_RECORD_INTERVAL_MS);
  expect(loads).toEqual([0, TRACK_RECORD_INTERVAL_MS, 2 * TRACK_RECORD_INTERVAL_MS]);
  stop();
  expect(timers.waits()).toEqual([]);
});

test('the record is loaded once the price after a signal is recorded, once for many, and again for one that came too late', () => {
  const { timers, signals, loads, stop } = start();
  for (let seq = 2; seq < 50; seq++) signals.push(signalOf({ id: `${seq}`, seq }));
  timers.advance(RECORDED_MS - 1);
  signals.push(signalOf({ id: 'late', seq: 50 }));
  expect(loads).toEqual([0]);
  timers.advance(LATEST_MS - RECORDED_MS + 1);
  expect(loads.length).toBeGreaterThanOrEqual(2);
  timers.advance(LATEST_MS);
  expect(loads.length).toBeLessThanOrEqual(3);
  expect(loads.at(-1)).toBeGreaterThanOrEqual(2 * RECORDED_MS - 1);
  stop();
});

test('the record is loaded after a signal has expired', () => {
  const { timers, signals, loads, stop, expiring } = start();
  signals.push(signalOf({ id: 'ends', seq: 2, expiresAt: expiring(30) }));
  timers.advance(30_000 + RECORDED_MS - 1);
  expect(loads).toHaveLength(2);
  timers.advance(LATEST_MS - RECORDED_MS + 1);
  expect(loads).toHaveLength(3);
  timers.advance(TRACK_RECORD_INTERVAL_MS);
  expect(loads).toHaveLength(4);
  stop();
});
