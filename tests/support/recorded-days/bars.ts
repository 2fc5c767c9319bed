import { isoDay, readLeanLines } from '../../../rig/recordings/lean-files.ts';
import type { Candle } from '../../../src/domain/market/candle.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import type { LeanDay, LeanSymbol } from './differences.ts';

/** A recorded bar; prices in ten-thousandths of a dollar. */
export interface Bar {
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

function rowToBar(row: string): Bar {
  const [, , high = 0, low = 0, close = 0, volume = 0] = row.split(',').map(Number);
  return { high, low, close, volume };
}

/** Minute of the New York day → recorded bar. */
export function minuteBars(root: string, symbol: LeanSymbol, day: LeanDay): Map<number, Bar> {
  const rows = readLeanLines(root, 'minute', symbol.toLowerCase(), `${day}_trade.zip`);
  return new Map(rows.map((row) => [Number(row.slice(0, row.indexOf(','))) / 60_000, rowToBar(row)]));
}

export function dailyBar(root: string, symbol: LeanSymbol, day: LeanDay): Bar {
  const rows = readLeanLines(root, 'daily', `${symbol.toLowerCase()}.zip`);
  return rowToBar(rows.find((line) => line.startsWith(day)) ?? '');
}

/** Minute of the New York day → candle. */
export function byMinute(candles: readonly Candle[], day: LeanDay): Map<number, Candle> {
  const midnight = newYorkTime(isoDay(day), 0);
  return new Map(candles.map((candle) => [(candle.start - midnight) / 60_000, candle]));
}

export const tenThousandths = (price: number): number => Math.round(price * 10_000);

/** 570 → 09:30. */
export const clockTime = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
