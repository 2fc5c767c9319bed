import { describe, expect, jest, test } from '@jest/globals';
import { createDiskWatch, isDiskFull } from '../../../src/adapters/sql/disk-watch.ts';
import { toDatabaseError } from '../../../src/adapters/sql/errors.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const full = Object.assign(new Error('could not extend file "base/5/1"'), { code: '53100' });

describe('an error of a full disk', () => {
  test.each([
    ['the SQLSTATE', full],
    ['the system', Object.assign(new Error('write'), { code: 'ENOSPC' })],
    ['a quota', Object.assign(new Error('write'), { code: 'EDQUOT' })],
    ['a message of Postgres', new Error('PANIC: could not write to file "x": No space left on device')],
    [
      'a cause',
      new Error('Connection terminated', { cause: new Error('no space left on device for /data') }),
    ],
  ])('is known by %s, and is no fault of the statement', (_what, error) => {
    expect(isDiskFull(error)).toBe(true);
    expect(toDatabaseError(error)).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('disk of the database is full'),
    });
  });

  test.each([
    ['a lost connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a full pool', Object.assign(new Error('too many connections'), { code: '53300' })],
    ['no error', null],
  ])('is not %s', (_what, error) => {
    expect(isDiskFull(error)).toBe(false);
  });
});

test('a full disk is remembered for ten seconds after the last statement that found it, and logged once', () => {
  const clock = createManualClock('2026-03-02T15:00:00.000Z');
  const error = jest.fn();
  const watch = createDiskWatch({ clock, log: { debug() {}, info() {}, warn() {}, error } });
  watch.note(new Error('a syntax error'));
  expect(watch.isFull()).toBe(false);
  watch.note(full);
  clock.advance(9_000);
  watch.note(full);
  clock.advance(9_999);
  expect([watch.isFull(), error.mock.calls.length]).toEqual([true, 1]);
  expect(error).toHaveBeenCalledWith({ err: full }, expect.stringContaining('disk of the database is full'));
  clock.advance(1);
  expect(watch.isFull()).toBe(false);
  watch.note(full);
  expect(error).toHaveBeenCalledTimes(2);
});
