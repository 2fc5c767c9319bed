import { beforeEach, expect, test } from '@jest/globals';
import { createRefusals, MAX_ACCIDENTS, type Refusals } from '../../../src/domain/bus/refusals.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

let clock: ManualClock;
let refusals: Refusals;
const lines: object[] = [];
beforeEach(() => {
  lines.splice(0);
  clock = createManualClock('2026-01-05T15:00:00Z');
  const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => void lines.push(fields) };
  refusals = createRefusals({ clock, log });
});

test('each refusal is counted, and a kind is logged once a minute with what came since', () => {
  for (let count = 0; count < 100; count++) refusals.refuse('unsigned', 'c');
  refusals.refuse('forged', 'd');
  expect(lines).toEqual([
    { why: 'unsigned', channel: 'c', count: 1 },
    { why: 'forged', channel: 'd', count: 1 },
  ]);
  clock.advance(59_999);
  refusals.refuse('unsigned', 'c');
  expect(lines).toHaveLength(2);
  clock.advance(1);
  refusals.refuse('unsigned', 'e');
  expect(lines.at(-1)).toEqual({ why: 'unsigned', channel: 'e', count: 101 });
  expect(refusals.counters).toEqual({ unsigned: 102, unlisted: 0, forged: 1, replayed: 0, outdated: 0 });
});

test('the name of a channel, which the sender chooses, is cut', () => {
  refusals.refuse('unsigned', 'x'.repeat(1_000_000));
  expect(lines).toEqual([{ why: 'unsigned', channel: 'x'.repeat(100), count: 1 }]);
});

test('a few go unsaid; more in a minute go on, until a minute without', () => {
  for (let count = 0; count < MAX_ACCIDENTS; count++) refusals.refuse('replayed', 'c');
  expect(refusals.goingOn()).toEqual([]);
  clock.advance(59_999);
  refusals.refuse('unsigned', 'c');
  expect(refusals.goingOn()).toEqual(['replayed', 'unsigned']);
  clock.advance(1);
  expect(refusals.goingOn()).toEqual([]);
});

test('one every twenty-five seconds is an accident each time', () => {
  for (let count = 0; count < 20; count++) {
    refusals.refuse('unsigned', 'c');
    expect(refusals.goingOn()).toEqual([]);
    clock.advance(25_000);
  }
});
