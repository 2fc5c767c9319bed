/** Lean's recorded days as upstream events, one a line, in time order. Days are written yyyymmdd. */
import { newYorkTime } from '../../src/protocol/new-york.ts';
import { EXCHANGES, flagsToConditions, TAPES } from './lean-codes.ts';
import { eachLeanLine, isoDay, previousClose, toDollars } from './lean-files.ts';
import { mergeByTime, type TimedLine } from './upstream-lines.ts';

/** The tick days among the long recordings. */
export const LEAN_DAYS = ['20131007', '20131008', '20131009', '20131010', '20131011'] as const;
export const LEAN_SYMBOLS = ['SPY', 'BAC', 'IBM', 'AIG'] as const;
/** The tick day among the fixtures. */
export const FIXTURE_DAY = '20131008';
export const FIXTURE_SYMBOL = 'IBM';

const MINUTE_MS = 60_000;
const midnightOf = (day: string): number => newYorkTime(isoDay(day), 0);

/** Which facility reported was not recorded: every off-exchange trade gets the one that reports most of them. */
const STAND_IN_FACILITY = 202;
const FINRA = 'D';

/**
 * Trades of one symbol as `T` events. Ids and sequence numbers were not recorded: the line number stands in for
 * both, and one facility for all of them. When a participant made the trade was not recorded either.
 */
function* tradeEvents(root: string, symbol: string, day: string): Generator<TimedLine> {
  const midnight = midnightOf(day);
  let number = 0;
  for (const row of eachLeanLine(root, 'tick', symbol.toLowerCase(), `${day}_trade.zip`)) {
    const [ms, price, size, exchange = '', flags = ''] = row.split(',', 5);
    const time = midnight + Math.floor(Number(ms));
    const conditions = flagsToConditions(flags);
    const c = conditions.length === 0 ? '' : `"c":[${conditions.join()}],`;
    const trf = exchange === FINRA ? `"trfi":${STAND_IN_FACILITY},` : '';
    number += 1;
    yield {
      time,
      line: `{"ev":"T","sym":"${symbol}","i":"${number}","x":${EXCHANGES[exchange]},"p":${toDollars(price)},"s":${size},${c}"t":${time},"q":${number},"z":${TAPES[symbol]},${trf}"ds":"${size}.0"}`,
    };
  }
}

/**
 * Quotes of one symbol as `Q` events. A recorded row has one side, of the exchange that is the best on it: the latest
 * rows of both sides are the NBBO. They never cross, and nearly every trade on an exchange lies between them.
 */
function* quoteEvents(root: string, symbol: string, day: string): Generator<TimedLine> {
  const midnight = midnightOf(day);
  const sides = { bx: 0, bp: 0, bs: 0, ax: 0, ap: 0, as: 0 };
  let number = 0;
  for (const row of eachLeanLine(root, 'tick', symbol.toLowerCase(), `${day}_quote.zip`)) {
    const [ms, bid, bidSize, ask, askSize, exchange = ''] = row.split(',', 6);
    const x = EXCHANGES[exchange];
    if (Number(bid) > 0) Object.assign(sides, { bx: x, bp: toDollars(bid), bs: Number(bidSize) });
    if (Number(ask) > 0) Object.assign(sides, { ax: x, ap: toDollars(ask), as: Number(askSize) });
    const time = midnight + Math.floor(Number(ms));
    number += 1;
    yield {
      time,
      line: JSON.stringify({ ev: 'Q', sym: symbol, ...sides, t: time, q: number, z: TAPES[symbol] }),
    };
  }
}

/** The snapshot that the live feed would have asked for at the start of the day: the previous close. */
function* snapshotEvents(root: string, symbol: string, day: string): Generator<TimedLine> {
  const time = newYorkTime(isoDay(day), 4 * 60);
  const prevDay = { c: previousClose(root, symbol, day) };
  const ticker = { ticker: symbol, updated: time * 1e6, day: {}, prevDay };
  yield { time, line: JSON.stringify({ ev: 'snapshot', ticker }) };
}

/** Minute bars of one symbol as `AM` events. */
export function* barEvents(root: string, symbol: string, day: string): Generator<TimedLine> {
  const midnight = midnightOf(day);
  let av = 0;
  for (const row of eachLeanLine(root, 'minute', symbol.toLowerCase(), `${day}_trade.zip`)) {
    const [ms, open, high, low, close, volume] = row.split(',', 6);
    const [o, h, l, c] = [open, high, low, close].map(toDollars);
    const v = Number(volume);
    const s = midnight + Number(ms);
    const e = s + MINUTE_MS;
    av += v;
    yield { time: e, line: JSON.stringify({ ev: 'AM', sym: symbol, v, av, o, h, l, c, s, e }) };
  }
}

export interface LeanLinesOptions {
  readonly symbols?: readonly string[];
  /** Whether the previous closes come first. True where absent. */
  readonly snapshots?: boolean;
  /** Whether quotes come beside the trades. Only IBM has recorded ones. */
  readonly quotes?: boolean;
}

/** One recorded tick day. */
export function leanTradeLines(
  root: string,
  day: string,
  { symbols = LEAN_SYMBOLS, snapshots = true, quotes = false }: LeanLinesOptions = {},
): Generator<string> {
  const quoted = symbols.filter((symbol) => symbol === FIXTURE_SYMBOL);
  return mergeByTime([
    ...(snapshots ? symbols.map((symbol) => snapshotEvents(root, symbol, day)) : []),
    ...(quotes ? quoted.map((symbol) => quoteEvents(root, symbol, day)) : []),
    ...symbols.map((symbol) => tradeEvents(root, symbol, day)),
  ]);
}

/** One day of minute bars, after the previous closes. */
export function leanBarLines(root: string, day: string, symbols: readonly string[]): Generator<string> {
  return mergeByTime([
    ...symbols.map((symbol) => snapshotEvents(root, symbol, day)),
    ...symbols.map((symbol) => barEvents(root, symbol, day)),
  ]);
}
