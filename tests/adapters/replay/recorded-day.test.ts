/** The recorded day of the fixtures: trades, quotes and a split. The long recordings have a suite of their own. */
import { describe, expect, test } from '@jest/globals';
import {
  FIXTURE_DAY,
  FIXTURE_SYMBOL,
  leanBarLines,
  leanTradeLines,
} from '../../../rig/recordings/lean-days.ts';
import { readLeanLines } from '../../../rig/recordings/lean-files.ts';
import { FIXTURES } from '../../../rig/recordings/places.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { clockTime, tenThousandths } from '../../support/recorded-days/bars.ts';
import { testRecordedDays } from '../../support/recorded-days/day-tests.ts';
import { replayLines } from '../../support/recorded-days/replayed-day.ts';

testRecordedDays({ root: FIXTURES, days: [FIXTURE_DAY], symbols: [FIXTURE_SYMBOL] });

describe('the replay file of a recorded day', () => {
  test('begins with the previous close', () => {
    const [first = '', second = ''] = leanTradeLines(FIXTURES, FIXTURE_DAY, { symbols: [FIXTURE_SYMBOL] });
    expect(JSON.parse(first)).toMatchObject({
      ev: 'snapshot',
      ticker: { ticker: 'IBM', prevDay: { c: 182.01 } },
    });
    const trade = { ev: 'T', sym: 'IBM', p: 182.1, s: 300, x: 11, c: [12], z: 1 };
    expect(JSON.parse(second)).toMatchObject(trade);
  });

  test('has quotes that end each minute with the bid and the ask of its quote bar', async () => {
    const midnight = newYorkTime('2013-10-08', 0);
    const last = new Map<string, string>();
    const sink = await replayLines(
      leanTradeLines(FIXTURES, FIXTURE_DAY, { symbols: [FIXTURE_SYMBOL], quotes: true }),
      () => ({
        nbbo({ sourceTime, bid = 0, ask = 0 }) {
          const minute = clockTime(Math.floor((sourceTime - midnight) / 60_000));
          last.set(minute, `${tenThousandths(bid)} ${tenThousandths(ask)}`);
        },
      }),
    );
    expect(sink.counts.dropped).toBe(0);
    expect(sink.trades).toHaveLength(33_381);

    const bars = readLeanLines(FIXTURES, 'minute', 'ibm', `${FIXTURE_DAY}_quote.zip`).map((row) =>
      row.split(','),
    );
    const different = bars
      .map(([ms, , , , bid, , , , , ask]) => [clockTime(Number(ms) / 60_000), `${bid} ${ask}`] as const)
      .filter(([minute, closes]) => last.get(minute) !== closes);
    expect(bars).toHaveLength(594);
    // The bars leave out the very last ask, 185.00 in the evening.
    expect(different.map(([minute]) => minute)).toEqual(['20:00']);
  });

  test('counts a split in the previous close of the day on which it took effect', async () => {
    // 7:1 on 9 June 2014: 645.57 before, 92.22 after.
    const before = await replayLines(leanBarLines(FIXTURES, '20140606', ['AAPL']));
    const after = await replayLines(leanBarLines(FIXTURES, '20140609', ['AAPL']));
    expect(before.days[0]?.previousClose).toBe(647.35);
    expect(after.days[0]?.previousClose).toBe(92.2243);
    const closes = (sink: typeof before) => sink.bars.map(({ close }) => close);
    expect(closes(before).at(-1)).toBeCloseTo(645.57, 0);
    expect(Math.max(...closes(after))).toBeLessThan(95);
    expect(before.counts.dropped + after.counts.dropped).toBe(0);
  });
});
