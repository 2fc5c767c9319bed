import type { PrintSide } from '../../protocol/darkpool.ts';
import { newYorkDay, newYorkTime } from '../../protocol/new-york.ts';
import type { NbboTick, TradeTick } from '../market/feed.ts';
import { isLate } from '../market/lateness.ts';
import { type Amount, amountOf } from './amount.ts';
import { type Change, type ChangeReader, createChangeLog } from './changes.ts';
import type { Print } from './print.ts';
import { createPrintCheck, noPrints, type PrintCounters } from './print-check.ts';
import {
  addLatePrint,
  addPrint,
  addToLargest,
  createSymbolSums,
  restoredSums,
  type SymbolDay,
  type SymbolSums,
  symbolDayOf,
  wholeOf,
} from './symbol-sums.ts';
import { createTapes, MAX_SYMBOLS } from './tapes.ts';

export interface OffExchangeOptions {
  /** Dollars: a smaller print does not count. */
  readonly minNotional: number;
  /** Dollars: a smaller print is not among the largest. */
  readonly tapeNotional: number;
}

/**
 * The day's off-exchange prints: fed with trades and NBBOs in the order of the feed, it keeps exact sums by symbol, side and
 * minute. The day is New York's and changes with the first trade of the next one. No print counts twice.
 */
export interface OffExchangeSums {
  /** Every trade of the symbols followed, lit ones too: the tick test compares with them. */
  trade(tick: TradeTick): void;
  /** A print that did not arrive: it counts like any other, with an unknown side. Who calls says that it is new. */
  recover(tick: TradeTick): void;
  nbbo(tick: NbboTick): void;
  /** Ticks of this symbol stopped or may be missing: no side rests on what was known before. */
  interrupted(symbol: string): void;
  /** The same of every symbol. */
  broken(): void;
  /**
   * The sums as they were stored of this day, in place of what is there. Prints up to each symbol's stored sequence
   * number count as seen: call it before the first tick.
   */
  restore(day: string, symbols: readonly SymbolDay[]): void;
  /** The feed begins again: nothing is known any more. */
  clear(): void;
  /** Marks the symbol as changed: whether its prints arrive is not what it was. */
  touch(symbol: string): void;
  /** A reader of what changes from now on; `onFirst` is called with the first change since it took the last ones. */
  changes(onFirst?: () => void): ChangeReader;
  /** YYYY-MM-DD in New York; null before the first trade. */
  day(): string | null;
  symbols(): SymbolDay[];
  /** The highest number of each symbol's prints that were counted today. */
  sequences(): ReadonlyMap<string, number>;
  /** The symbols with the most notional, most first. */
  heaviest(count: number): string[];
  readonly counters: Readonly<PrintCounters>;
}

const MINUTE_MS = 60_000;
const NO_DAY = { date: '', start: 0, end: 0 };

export function createOffExchangeSums({ minNotional, tapeNotional }: OffExchangeOptions): OffExchangeSums {
  const counters = noPrints();
  const check = createPrintCheck(minNotional, counters);
  const leastOfLargest = amountOf(tapeNotional);
  const log = createChangeLog();
  const tapes = createTapes();
  const sums = new Map<string, SymbolSums>();
  let day = NO_DAY;

  const take = (tick: TradeTick, isLive: boolean): void => {
    const notional = isLive ? check.notionalOf(tick) : check.recoveredOf(tick);
    if (notional === null) return;
    const entry = entryOf(sums, tick.symbol);
    if (entry === undefined) {
      counters.strange += 1;
      return;
    }
    if (tick.sequence > entry.sequence) entry.sequence = tick.sequence;
    if (tick.sourceTime > entry.updatedAt) entry.updatedAt = tick.sourceTime;
    if (isLate(tick)) {
      counters.late += 1;
      addLatePrint(entry, notional);
      log.note(entry, {});
      return;
    }
    if (isLive) counters.counted += 1;
    else counters.recovered += 1;
    // The quotes of a time that is over are not kept.
    const print = printOf(tick, notional, isLive ? tapes.sideOf(tick) : 'unknown');
    log.note(entry, countPrint(entry, print, day.start, leastOfLargest));
  };
  const beginDay = (time: number): void => {
    if (day !== NO_DAY) log.endDay(day.date);
    day = newYorkDay(time);
    sums.clear();
    check.clear();
    tapes.forgetPrices();
  };

  return {
    trade(tick) {
      if (tick.sourceTime >= day.end) beginDay(tick.sourceTime);
      if (tick.sourceTime < day.start) counters.earlier += 1;
      else {
        take(tick, true);
        tapes.trade(tick);
      }
    },
    recover(tick) {
      if (tick.sourceTime >= day.end) beginDay(tick.sourceTime);
      if (tick.sourceTime < day.start) counters.earlier += 1;
      else take(tick, false);
    },
    nbbo: tapes.nbbo,
    interrupted: tapes.forget,
    broken: tapes.clear,
    restore(date, symbols) {
      beginDay(newYorkTime(date, 0));
      for (const stored of symbols) {
        sums.set(stored.symbol, restoredSums(stored));
        check.seenUntil(stored.symbol, stored.sequence);
      }
    },
    clear() {
      if (day !== NO_DAY) log.beginAnew(day.date);
      day = NO_DAY;
      sums.clear();
      check.clear();
      tapes.clear();
    },
    touch: (symbol) => log.touch(sums.get(symbol)),
    changes: (onFirst) => log.open(() => day.date || null, onFirst),
    day: () => day.date || null,
    symbols: () => [...sums.values()].map(symbolDayOf),
    sequences: () => sequencesOf(sums),
    heaviest: (most) => heaviestOf(sums, most),
    counters,
  };
}

const printOf = (tick: TradeTick, notional: Amount, side: PrintSide): Print => ({
  symbol: tick.symbol,
  time: tick.participantTime,
  price: tick.price,
  size: tick.decimalSize === '' ? tick.size : Number(tick.decimalSize),
  notional,
  side,
  trf: tick.trf,
  tradeId: tick.tradeId,
});

function entryOf(sums: Map<string, SymbolSums>, symbol: string): SymbolSums | undefined {
  const found = sums.get(symbol);
  if (found !== undefined || sums.size >= MAX_SYMBOLS) return found;
  const added = createSymbolSums(symbol);
  sums.set(symbol, added);
  return added;
}

function countPrint(entry: SymbolSums, print: Print, dayStart: number, leastOfLargest: Amount): Change {
  const isLargest = print.notional >= leastOfLargest && addToLargest(entry, print);
  // A trade of the last seconds before midnight belongs to the day of its report.
  const minute = addPrint(entry, print, Math.max(print.time - (print.time % MINUTE_MS), dayStart));
  return { minute, isLargest };
}

const sequencesOf = (sums: ReadonlyMap<string, SymbolSums>): ReadonlyMap<string, number> =>
  new Map([...sums.values()].map(({ symbol, sequence }) => [symbol, sequence]));

function heaviestOf(sums: ReadonlyMap<string, SymbolSums>, most: number): string[] {
  const wholes = [...sums.values()].map((entry) => [entry.symbol, wholeOf(entry)] as const);
  return wholes
    .sort(([, a], [, b]) => (a === b ? 0 : a < b ? 1 : -1))
    .slice(0, most)
    .map(([symbol]) => symbol);
}
