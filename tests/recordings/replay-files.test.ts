import { expect, test } from '@jest/globals';
import { minute2019Lines } from '../../rig/recordings/minute-2019.ts';
import { requireLongRecordings } from '../../rig/recordings/places.ts';
import { replayLines } from '../support/recorded-days/replayed-day.ts';

test('minute bars of February 2019 play', async () => {
  const sink = await replayLines(minute2019Lines(requireLongRecordings(), '2019-02-12', ['SPY', 'AAPL']));
  expect(sink.counts.dropped).toBe(0);
  expect(sink.bars).toHaveLength(780);
  expect(sink.bars[0]).toMatchObject({ seconds: 60, start: Date.parse('2019-02-12T14:30:00Z') });
  expect(sink.bars.at(-1)?.sourceTime).toBe(Date.parse('2019-02-12T21:00:00Z'));
});
