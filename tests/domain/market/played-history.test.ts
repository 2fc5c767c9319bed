import { expect, test } from '@jest/globals';
import type { Candle } from '../../../src/domain/market/candle.ts';
import { createPlayedHistory } from '../../../src/domain/market/played-history.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';

const OPEN = newYorkTime('2026-06-15', 9 * 60 + 30);
const MINUTE = 60_000;

test('the first bar is whole, also where the range begins within it', async () => {
  const candles = Array.from({ length: 20 }, (_, minute): Candle => {
    const price = 100 + minute;
    return { start: OPEN + minute * MINUTE, open: price, high: price, low: price, close: price, volume: 1 };
  });
  const { bars } = createPlayedHistory({ candles: async () => candles });
  const size = { symbol: 'AAPL', timespan: 'minute', multiplier: 5, adjusted: true, limit: 10 } as const;
  const { bars: whole } = await bars({ ...size, from: OPEN, to: OPEN + 19 * MINUTE });
  const { bars: part } = await bars({ ...size, from: OPEN + 7 * MINUTE, to: OPEN + 19 * MINUTE });
  expect(whole.map(({ volume }) => volume)).toEqual([5, 5, 5, 5]);
  expect(part).toEqual(whole.slice(1));
});
