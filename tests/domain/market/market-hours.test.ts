import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FIXTURES } from '../../../rig/recordings/places.ts';
import { createMarketHours } from '../../../src/domain/market/market-hours.ts';
import { holidayName, isHalfDay } from '../../../src/protocol/exchange-holidays.ts';
import { addDays, newYorkDay, newYorkTime } from '../../../src/protocol/new-york.ts';

const hours = createMarketHours('us-equities');
const at = (iso: string): number => Date.parse(iso);

interface Calendar {
  readonly holidays: readonly string[];
  readonly earlyCloses: Readonly<Record<string, string>>;
}
const calendar = JSON.parse(
  readFileSync(path.join(FIXTURES, 'calendar/us-equity-calendar-2024-2028.json'), 'utf8'),
) as Calendar;

const everyDay = (from: string, to: string): string[] => {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
};
const isWeekend = (date: string): boolean => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());

test('beyond the year 9999 there is no day, so that no search over days goes on for ever', () => {
  expect(addDays('9999-12-30', 1)).toBe('9999-12-31');
  expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
  expect(() => addDays('0000-01-01', -1)).toThrow(RangeError);
  expect(() => hours.status(at('9999-12-31T21:00:00Z'))).toThrow(RangeError);
});

describe('the US equity calendar 2024 to 2028', () => {
  const days = everyDay('2024-01-01', '2028-12-31');

  test('has the recorded holidays and no others', () => {
    expect(days.filter((day) => !isWeekend(day) && holidayName(day) !== undefined)).toEqual(
      calendar.holidays,
    );
  });

  test('has the recorded half days and no others', () => {
    expect(days.filter(isHalfDay)).toEqual(Object.keys(calendar.earlyCloses).sort());
  });

  test('opens and closes each of its 1,827 days when it should', () => {
    const wrong = days.filter((day) => {
      const trading = !isWeekend(day) && !calendar.holidays.includes(day);
      const half = day in calendar.earlyCloses;
      const session = (time: string): string => {
        const [hour = 0, minute = 0] = time.split(':').map(Number);
        return hours.session(newYorkTime(day, hour * 60 + minute));
      };
      const expected = trading
        ? [
            'closed',
            'pre',
            'pre',
            'regular',
            'regular',
            half ? 'post' : 'regular',
            'post',
            half ? 'closed' : 'post',
            'closed',
          ]
        : Array(9).fill('closed');
      const times = ['03:59', '04:00', '09:29', '09:30', '12:59', '13:00', '16:00', '17:00', '20:00'];
      return times.map(session).join() !== expected.join();
    });
    expect(wrong).toEqual([]);
  });
});

describe('New York time', () => {
  test('is four hours behind UTC in summer and five in winter', () => {
    expect(newYorkTime('2026-07-01', 570)).toBe(at('2026-07-01T13:30:00Z'));
    expect(newYorkTime('2026-01-05', 570)).toBe(at('2026-01-05T14:30:00Z'));
  });

  test.each([
    ['2026-03-08', 23],
    ['2026-11-01', 25],
    ['2026-06-15', 24],
  ])('gives %s %i hours', (date, length) => {
    const day = newYorkDay(newYorkTime(date, 12 * 60));
    expect(day.date).toBe(date);
    expect((day.end - day.start) / 3_600_000).toBe(length);
  });

  test('opens the market an hour earlier in UTC on the Monday after the clocks went forward', () => {
    expect(hours.status(at('2026-03-06T22:00:00Z')).nextOpen).toBe('2026-03-09T13:30:00.000Z');
    expect(hours.status(at('2026-03-05T22:00:00Z')).nextOpen).toBe('2026-03-06T14:30:00.000Z');
  });

  test('opens the market an hour later in UTC on the Monday after the clocks went back', () => {
    expect(hours.status(at('2026-10-30T21:00:00Z')).nextOpen).toBe('2026-11-02T14:30:00.000Z');
  });
});

describe('market status', () => {
  test('is open between the bells and names the next close', () => {
    expect(hours.status(at('2026-06-15T15:00:00Z'))).toEqual({
      isOpen: true,
      session: 'regular',
      nextOpen: '2026-06-16T13:30:00.000Z',
      nextClose: '2026-06-15T20:00:00.000Z',
      timestamp: '2026-06-15T15:00:00.000Z',
    });
  });

  test('counts neither pre-market nor post-market as open', () => {
    expect(hours.status(at('2026-06-15T12:00:00Z'))).toMatchObject({ isOpen: false, session: 'pre' });
    expect(hours.status(at('2026-06-15T21:00:00Z'))).toMatchObject({ isOpen: false, session: 'post' });
  });

  test('names the holiday and skips it and the weekend behind it', () => {
    const status = hours.status(at('2026-07-03T15:00:00Z'));
    expect(status).toMatchObject({ isOpen: false, session: 'closed', holiday: 'Independence Day' });
    expect(status.nextOpen).toBe('2026-07-06T13:30:00.000Z');
  });

  test('closes at 13:00 on Christmas Eve', () => {
    expect(hours.status(at('2026-12-24T15:00:00Z')).nextClose).toBe('2026-12-24T18:00:00.000Z');
  });

  test('knows the day of mourning of January 2025', () => {
    expect(hours.status(at('2025-01-09T15:00:00Z'))).toMatchObject({
      isOpen: false,
      holiday: 'National Day of Mourning',
    });
  });
});

test('the calendar "always" never closes', () => {
  const always = createMarketHours('always');
  const sunday = at('2026-06-14T03:00:00Z');
  expect(always.status(sunday)).toMatchObject({
    isOpen: true,
    session: 'regular',
    nextOpen: null,
    nextClose: null,
  });
});
