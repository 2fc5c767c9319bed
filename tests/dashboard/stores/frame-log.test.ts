/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { createFrameLog, MAX_FRAMES } from '../../../dashboard/src/stores/frame-log.ts';
import { manualFrames } from '../support/frames.ts';

function openLog() {
  const { frame, pass } = manualFrames();
  const log = createFrameLog({ now: () => 1, frame });
  const shown = () => log.getState().frames.map(({ number, text }) => `${number} ${text}`);
  return { log, pass, shown };
}

test('the newest frame comes first, and the log keeps a bounded number of them', () => {
  const { log, pass, shown } = openLog();
  for (let number = 1; number <= MAX_FRAMES + 3; number += 1) log.add({ direction: 'in', text: 'x' });
  pass();
  log.add({ direction: 'out', text: 'y' });
  pass();
  expect(shown()).toHaveLength(MAX_FRAMES);
  expect(shown().slice(0, 2)).toEqual([`${MAX_FRAMES + 4} y`, `${MAX_FRAMES + 3} x`]);
});

test('a paused log stands still and counts what it leaves out', () => {
  const { log, pass, shown } = openLog();
  log.add({ direction: 'in', text: 'before' });
  log.pause();
  log.add({ direction: 'in', text: 'meanwhile' });
  pass();
  expect(shown()).toEqual(['1 before']);
  expect(log.getState().skipped).toBe(1);
  log.resume();
  log.add({ direction: 'in', text: 'after' });
  pass();
  expect(shown()).toEqual(['3 after', '1 before']);
});

test('a cleared log is empty, and a long frame is cut', () => {
  const { log, pass, shown } = openLog();
  log.add({ direction: 'in', text: 'x'.repeat(100_000) });
  pass();
  expect(log.getState().frames[0]!.text.length).toBeLessThan(2_100);
  log.add({ direction: 'in', text: 'on its way' });
  log.clear();
  pass();
  expect(shown()).toEqual([]);
});
