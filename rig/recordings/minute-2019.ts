/** Minute bars of February 2019, among the long recordings only. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { newYorkTime } from '../../src/protocol/new-york.ts';
import { mergeByTime, type TimedLine } from './upstream-lines.ts';

/** VIX is left out: an index without volume has no stock event. */
export const MINUTE_2019_SYMBOLS: readonly string[] =
  'AAPL AMT AMZN BAC BK DFS GLD JPM MSFT MU PPLT QQQ SBUX SLV SPY TRV TSLA TZA UGA V VOO VXXB XLP'.split(' ');

/** The bars of one day (YYYY-MM-DD) as `AM` events, all symbols merged in time order. */
export const minute2019Lines = (
  root: string,
  day: string,
  symbols: readonly string[] = MINUTE_2019_SYMBOLS,
): Generator<string> => mergeByTime(symbols.map((symbol) => barEvents(root, symbol, day)));

function* barEvents(root: string, symbol: string, day: string): Generator<TimedLine> {
  const text = readFileSync(path.join(root, 'minute-2019-02', `${symbol}_1min.csv`), 'latin1');
  // The files are newest first and stamp the end of the minute.
  const rows = text
    .trim()
    .split('\n')
    .filter((row) => row.startsWith(day))
    .reverse();
  let dayVolume = 0;
  for (const row of rows) {
    const [stamp = '', ...numbers] = row.split(',');
    const [o = 0, h = 0, l = 0, c = 0, v = 0] = numbers.map(Number);
    const [hour = 0, minute = 0] = stamp.slice(11).split(':').map(Number);
    const time = newYorkTime(day, hour * 60 + minute);
    dayVolume += v;
    const bar = { ev: 'AM', sym: symbol, v, av: dayVolume, o, h, l, c, s: time - 60_000, e: time };
    yield { time, line: JSON.stringify(bar) };
  }
}
