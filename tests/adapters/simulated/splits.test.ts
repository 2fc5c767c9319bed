import { expect, test } from '@jest/globals';
import { createSimulatedFeed } from '../../../src/adapters/simulated/feed.ts';
import { createSimulatedHistory } from '../../../src/adapters/simulated/history.ts';
import { createSimulatedSplits } from '../../../src/adapters/simulated/splits.ts';
import { createTurns } from '../../../src/adapters/simulated/turns.ts';
import type { Bar } from '../../../src/domain/market/bars.ts';
import { createCollectingSink } from '../../support/collecting-sink.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const SCRIPT = [{ symbol: 'AAPL', day: '2026-06-16', from: 1, to: 4 }];
const LATE = '2026-06-16T03:59:50Z';
const EARLY = Date.parse('2026-06-16T04:00:10Z');

/** Days of AAPL from the 14th to the morning of the 16th, which begins with the split. */
async function daysOf(splits: typeof SCRIPT, adjusted: boolean): Promise<readonly Bar[]> {
  const history = createSimulatedHistory({
    clock: createManualClock(EARLY + 600_000),
    turns: createTurns(),
    seed: 1,
    splits,
  });
  const from = Date.parse('2026-06-14T04:00:00Z');
  const day = { symbol: 'AAPL', timespan: 'day', multiplier: 1 } as const;
  return (await history.bars({ ...day, from, to: EARLY, adjusted, limit: 10 })).bars;
}

test('a script tells its splits', async () => {
  const calendar = createSimulatedSplits(SCRIPT);
  expect(await calendar.splits('AAPL', '2026-06-16', '2026-06-17')).toEqual(SCRIPT);
  expect(await calendar.splits('AAPL', '2026-06-17', '2026-06-18')).toEqual([]);
  expect(await calendar.splits('MSFT', '2026-06-16', '2026-06-17')).toEqual([]);
});

test('prices turn at midnight, and the previous close is in shares of the new day', () => {
  const clock = createManualClock(LATE);
  const feed = createSimulatedFeed({ clock, seed: 1, updatesPerSecond: 5, splits: SCRIPT });
  const sink = createCollectingSink();
  feed.setSymbols(new Set(['AAPL']));
  feed.start(sink);
  clock.advance(20_000);
  const midnight = Date.parse('2026-06-16T04:00:00Z');
  const before = sink.trades.findLast(({ sourceTime }) => sourceTime < midnight)!.price;
  const after = sink.trades.find(({ sourceTime }) => sourceTime >= midnight)!.price;
  expect(before / after).toBeCloseTo(4, 1);
  expect(sink.days.at(-1)).toMatchObject({ isAdjusted: true });
  expect(sink.days.at(-1)!.previousClose! / after).toBeCloseTo(1, 1);
});

test('bars of before are told in shares of today, or as they were', async () => {
  const plain = await daysOf([], true);
  const [raw, adjusted] = [await daysOf(SCRIPT, false), await daysOf(SCRIPT, true)];
  expect(raw.slice(0, 2)).toEqual(plain.slice(0, 2));
  for (const [index, bar] of adjusted.slice(0, 2).entries()) {
    expect(bar.close).toBeCloseTo(plain[index]!.close / 4, 6);
    expect(bar.volume).toBe(plain[index]!.volume * 4);
  }
  expect(adjusted[2]!.open / adjusted[1]!.close).toBeCloseTo(1, 3);
  expect(raw[2]).toEqual(adjusted[2]);
});
