/**
 * Turns the recorded market days beside the project into replay files: one upstream event a line, in time order.
 *
 *   node rig/recordings/lean-frames.ts 20131008 > day.ndjson               all trades of SPY, BAC, IBM, AIG that day
 *   node rig/recordings/lean-frames.ts 20131007 20131008 | gzip > two-days.ndjson.gz
 *   node rig/recordings/lean-frames.ts 2019-02-12 > bars.ndjson            minute bars of 24 symbols
 *
 * then: FEED=replay REPLAY_FILE=day.ndjson REPLAY_SPEED=10 npm start
 *
 * Trade ids, sequence numbers and reporting facilities were not recorded: the line number stands in for the first
 * two and the third is left out. Quotes (NBBO) were not recorded either, so the files have none.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import { newYorkTime } from '../../src/domain/market/new-york.ts';
import { sharedData } from './shared-data.ts';

export const LEAN_DAYS = ['20131007', '20131008', '20131009', '20131010', '20131011'] as const;
export const LEAN_SYMBOLS = ['SPY', 'BAC', 'IBM', 'AIG'] as const;
export const MINUTE_2019_SYMBOLS = [
  'AAPL',
  'AMT',
  'AMZN',
  'BAC',
  'BK',
  'DFS',
  'GLD',
  'JPM',
  'MSFT',
  'MU',
  'PPLT',
  'QQQ',
  'SBUX',
  'SLV',
  'SPY',
  'TRV',
  'TSLA',
  'TZA',
  'UGA',
  'V',
  'VOO',
  'VXXB',
  'XLP',
] as const; // VIX is an index without volume: no stock event could carry it

/** Lean's exchange letters → Massive's exchange ids. */
const EXCHANGES: Readonly<Record<string, number>> = {
  A: 1,
  B: 2,
  C: 3,
  D: 4,
  I: 6,
  J: 7,
  K: 8,
  M: 9,
  N: 10,
  P: 11,
  Q: 12,
  T: 12,
  W: 16,
  X: 17,
  Y: 18,
  Z: 19,
};
/** Listing tape: 1 NYSE, 2 Arca. */
const TAPES: Readonly<Record<string, number>> = { SPY: 2, BAC: 1, IBM: 1, AIG: 1 };

/** Lean's condition flags → Massive's sale condition ids; flag 1 is a regular sale and has none. */
const CONDITIONS: readonly (readonly [flag: number, condition: number])[] = [
  [0x2, 7], // cash
  [0x4, 20], // next day
  [0x8, 29], // seller
  [0x10, 36], // yellow flag
  [0x20, 14], // intermarket sweep
  [0x40, 25], // opening print
  [0x80, 8], // closing print
  [0x100, 28], // reopening print
  [0x200, 10], // derivatively priced
  [0x400, 12], // form T
  [0x800, 30], // sold
  [0x1000, 27], // stopped
  [0x2000, 12], // extended hours
  [0x4000, 33], // out of sequence
  [0x8000, 34], // split
  [0x10000, 1], // acquisition
  [0x20000, 4], // bunched
  [0x40000, 52], // stock option: reported as contingent
  [0x80000, 11], // distribution
  [0x100000, 2], // average price
  [0x200000, 9], // cross
  [0x400000, 21], // price variation
  [0x800000, 23], // rule 155
  [0x1000000, 15], // official close
  [0x2000000, 22], // prior reference price
  [0x4000000, 16], // official open
  [0x8000000, 6], // CAP election
  [0x10000000, 3], // automatic execution
  [0x20000000, 41], // trade-through exempt
  [0x80000000, 37], // odd lot
];
const FORM_T = 12;
const OUT_OF_SEQUENCE = 33;
const EXTENDED_OUT_OF_SEQUENCE = 13;

const conditionsCache = new Map<string, readonly number[]>();

/** The hexadecimal flags of one Lean tick as Massive's condition ids; empty for a regular sale. */
export function flagsToConditions(hex: string): readonly number[] {
  let conditions = conditionsCache.get(hex);
  if (!conditions) {
    const flags = Number.parseInt(hex, 16);
    const found = CONDITIONS.filter(([flag]) => (flags & flag) !== 0).map(([, condition]) => condition);
    conditions =
      found.includes(FORM_T) && found.includes(OUT_OF_SEQUENCE)
        ? [EXTENDED_OUT_OF_SEQUENCE, ...found.filter((id) => id !== FORM_T && id !== OUT_OF_SEQUENCE)]
        : found;
    conditionsCache.set(hex, conditions);
  }
  return conditions;
}

/** The one member of a Lean zip. */
function readLeanText(...path: string[]): string {
  const [bytes] = Object.values(unzipSync(readFileSync(sharedData('lean', 'equity', 'usa', ...path))));
  return Buffer.from(bytes as Uint8Array)
    .toString('latin1')
    .trim();
}

/** The lines of a Lean zip. */
export const readLeanZip = (...path: string[]): string[] => readLeanText(...path).split('\n');

const isoDay = (day: string): string => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;

interface TimedLine {
  readonly time: number;
  readonly line: string;
}

/** The lines of a text without a copy of all of them at once: a tick day has hundreds of thousands. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    yield text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
  }
}

/** All trades of one symbol on one day (yyyymmdd) as upstream `T` events. */
function* tradeEvents(symbol: string, day: string): Generator<TimedLine> {
  const midnight = newYorkTime(isoDay(day), 0);
  let number = 0;
  for (const row of linesOf(readLeanText('tick', symbol.toLowerCase(), `${day}_trade.zip`))) {
    const [ms, price, size, exchange = '', flags = ''] = row.split(',', 5);
    const time = midnight + Math.floor(Number(ms));
    const conditions = flagsToConditions(flags);
    const c = conditions.length === 0 ? '' : `"c":[${conditions.join()}],`;
    number += 1;
    yield {
      time,
      line: `{"ev":"T","sym":"${symbol}","i":"${number}","x":${EXCHANGES[exchange]},"p":${Number(price) / 10_000},"s":${size},${c}"t":${time},"q":${number},"z":${TAPES[symbol]},"ds":"${size}.0"}`,
    };
  }
}

/** Previous close of a symbol on a day, as the snapshot that the live feed would have asked for at the start. */
function* snapshotEvents(symbol: string, day: string): Generator<TimedLine> {
  const rows = readLeanZip('daily', `${symbol.toLowerCase()}.zip`);
  const index = rows.findIndex((row) => row.startsWith(day));
  const close = Number(rows[index - 1]?.split(',')[4]) / 10_000;
  const time = newYorkTime(isoDay(day), 4 * 60) - 1;
  const ticker = { ticker: symbol, updated: time * 1e6, day: {}, prevDay: { c: close } };
  yield { time, line: JSON.stringify({ ev: 'snapshot', ticker }) };
}

function* mergeByTime(tapes: readonly Generator<TimedLine>[]): Generator<string> {
  const heads = tapes.map((tape) => ({ tape, next: tape.next().value as TimedLine | undefined }));
  for (;;) {
    let first = heads[0];
    for (const head of heads) {
      if (head.next && (!first?.next || head.next.time < first.next.time)) first = head;
    }
    if (!first?.next) return;
    yield first.next.line;
    first.next = first.tape.next().value as TimedLine | undefined;
  }
}

/** Lines of one recorded tick day, all symbols merged in time order; with the snapshots before it unless told otherwise. */
export function leanTradeLines(
  day: string,
  { symbols = LEAN_SYMBOLS, snapshots = true }: { symbols?: readonly string[]; snapshots?: boolean } = {},
): Generator<string> {
  const before = snapshots ? symbols.map((symbol) => snapshotEvents(symbol, day)) : [];
  return mergeByTime([...before, ...symbols.map((symbol) => tradeEvents(symbol, day))]);
}

/** Writes lines to a file in large pieces. */
export function writeLines(file: string, lines: Iterable<string>): void {
  const fd = openSync(file, 'w');
  try {
    let piece = '';
    for (const line of lines) {
      piece += `${line}\n`;
      if (piece.length > 1_000_000) {
        writeSync(fd, piece);
        piece = '';
      }
    }
    writeSync(fd, piece);
  } finally {
    closeSync(fd);
  }
}

/** Minute bars of February 2019 as `AM` events, all symbols merged in time order; `day` is YYYY-MM-DD. */
export function minuteBarLines(
  day: string,
  symbols: readonly string[] = MINUTE_2019_SYMBOLS,
): Generator<string> {
  return mergeByTime(symbols.map((symbol) => minuteBarEvents(symbol, day)));
}

function* minuteBarEvents(symbol: string, day: string): Generator<TimedLine> {
  const text = readFileSync(sharedData('minute-2019-02', `${symbol}_1min.csv`), 'latin1');
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

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const days = process.argv.slice(2);
  if (days.length === 0)
    console.error('Which day? Usage: node rig/recordings/lean-frames.ts 20131008 > day.ndjson');
  for (const day of days)
    writeLines('/dev/stdout', day.includes('-') ? minuteBarLines(day) : leanTradeLines(day));
}
