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

describe('a full disk', () => {
  function start() {
    const clock = createManualClock('2026-03-02T15:00:00.000Z');
    const log = { debug() {}, info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    const watch = createDiskWatch({ clock, log });
    let answer: Error | null = full;
    let tries = 0;
    watch.start(async () => {
      tries += 1;
      if (answer) throw answer;
    });
    const pass = async (ms: number) => {
      clock.advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { clock, log, watch, pass, tries: () => tries, answers: (next: Error | null) => (answer = next) };
  }

  test('is full until something can be stored, for as long as nobody else writes, and logged once', async () => {
    const { watch, log, pass, tries, answers } = start();
    watch.note(new Error('a syntax error'));
    await pass(60_000);
    expect([watch.isFull(), tries()]).toEqual([false, 0]);
    watch.note(full);
    for (let minute = 0; minute < 60; minute++) await pass(5_000);
    expect([watch.isFull(), tries(), log.error.mock.calls.length]).toEqual([true, 60, 1]);
    expect(log.error).toHaveBeenCalledWith(
      { err: full },
      expect.stringContaining('disk of the database is full'),
    );
    answers(toDatabaseError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })) as Error);
    await pass(5_000);
    expect(watch.isFull()).toBe(true);
    answers(null);
    await pass(5_000);
    expect([watch.isFull(), tries(), log.info.mock.calls.length]).toEqual([false, 62, 1]);
    await pass(60_000);
    expect(tries()).toBe(62);
    watch.note(full);
    expect([watch.isFull(), log.error.mock.calls.length]).toEqual([true, 2]);
  });

  test('that cannot be tried is not said to be full for good', async () => {
    const { watch, log, pass, answers } = start();
    watch.note(full);
    answers(new Error('permission denied to create temporary tables'));
    await pass(5_000);
    expect([watch.isFull(), log.warn.mock.calls.length]).toEqual([false, 1]);
  });

  test('is not tried any more once the database is closed', async () => {
    const { watch, pass, tries, clock } = start();
    watch.note(full);
    watch.stop();
    await pass(60_000);
    expect([tries(), clock.pending()]).toEqual([0, 0]);
  });
});
