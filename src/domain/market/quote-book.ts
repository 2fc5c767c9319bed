import type { QuoteState } from '../../protocol/quotes.ts';
import type { BarTick, DayTick, HaltTick, NbboTick, TradeTick } from './feed.ts';
import type { Quote } from './quote.ts';
import { createEntries, type IsIdle } from './quote-entries.ts';
import { applyEarlierDay, cutEntry, type Entry, entryToQuote, haltAgain } from './quote-entry.ts';
import { applyBar, applyDay, applyHalt, applyNbbo, applyTrade } from './quote-rules.ts';
import type { Split } from './splits.ts';

/** The latest quote of each symbol, kept up in place. The day of all of them turns by the calendar. */
export interface QuoteBook {
  /** False for a trade that counts for nothing: a repeated one, or one of a day that is over. */
  trade(tick: TradeTick): boolean;
  nbbo(tick: NbboTick): void;
  halt(tick: HaltTick): void;
  /** What an earlier engine was told at this time of the source: the next trade on an exchange shows that it is over. */
  haltAgain(symbol: string, haltedAt: number): void;
  bar(tick: BarTick): void;
  day(tick: DayTick): void;
  /** Quotes that changed since the last call, each with the state that `stateOf` gives for its last receive time. */
  takeChanged(stateOf: (symbol: string, receivedAt: number) => QuoteState): Quote[];
  /** The symbol will be split, or is from now on: until `adjusted` its orders wait as in a halt. */
  plan(split: Split): void;
  /** The books are adjusted to the split of the symbol. */
  adjusted(symbol: string): void;
  /** The trading day, by the time by which days end; null before a recording's first tick. */
  today(): string | null;
  /** Makes `takeChanged` return the symbol, or all of them, although nothing happened. */
  touch(symbol?: string): void;
  /** What brought bid and ask of the symbol is gone, or of all symbols. */
  cut(symbol?: string): void;
  has(symbol: string): boolean;
  /** Forgets the idle contracts of which nothing was received since then: there are millions. Stocks stay. */
  forget(since: number): void;
  clear(): void;
}

const isKnown = ({ price, isContract, bid, ask }: Entry): boolean =>
  price > 0 || (isContract && (bid !== undefined || ask !== undefined));

/**
 * Receives each price that became the last one, dollars, and when it was received, milliseconds since epoch. `since`: of the
 * lowest and the highest price of a minute, which was made at some time after that, by our clock.
 */
export type PriceListener = (symbol: string, price: number, receivedAt: number, since?: number) => void;

export type HaltListener = (symbol: string, haltedAt: number | null) => void;

export interface QuoteBookOptions {
  readonly isIdle?: IsIdle;
  /**
   * Called for each trade that makes the last price, and for the bars that do: between two looks at the quote there may be
   * many.
   */
  readonly onPrice?: PriceListener | undefined;
  /** Called when a halt begins, with the source's time, and when it has ended, with null. */
  readonly onHalt?: HaltListener | undefined;
  /** The time by which days end, milliseconds since epoch; without it that of the newest tick, as in a recording. */
  readonly now?: (() => number) | undefined;
}

function traded(entry: Entry, tick: TradeTick, { onPrice, onHalt }: QuoteBookOptions): void {
  const wasHalted = entry.halted;
  if (applyTrade(entry, tick)) onPrice?.(tick.symbol, tick.price, tick.receivedAt);
  if (wasHalted && !entry.halted) onHalt?.(tick.symbol, null);
}

/**
 * Where the feed has bars alone, their range is all that tells of the trades in them. That of a second counts as if its trades
 * had come with it; a minute is too long to say that they were not before an order.
 */
function barred(entry: Entry, tick: BarTick, { onPrice, now }: QuoteBookOptions): void {
  const { symbol, low, high, close, start, seconds, sourceTime, receivedAt } = tick;
  // A recording has times of its own: its bar is as long in ours, or shorter.
  const begun = now ? start : receivedAt - (sourceTime - start);
  const since = seconds === 1 ? undefined : begun;
  if (!entry.hasTrades) for (const price of [low, high]) onPrice?.(symbol, price, receivedAt, since);
  onPrice?.(symbol, close, receivedAt);
}

export function createQuoteBook(options: QuoteBookOptions = {}): QuoteBook {
  const { isIdle = () => false, onHalt, now } = options;
  const entries = createEntries(isIdle, now);
  let changed: Entry[] = [];

  const mark = (entry: Entry): void => {
    if (entry.changed || !isKnown(entry)) return;
    entry.changed = true;
    changed.push(entry);
  };
  const markAll = (some: Iterable<Entry>): void => {
    for (const entry of some) mark(entry);
  };
  const changedBy = (entry: Entry, sourceTime: number, receivedAt: number): void => {
    if (sourceTime > entry.sourceTime) entry.sourceTime = sourceTime;
    entry.receivedAt = receivedAt;
    mark(entry);
  };
  const haltChanged = (entry: Entry): void => {
    onHalt?.(entry.symbol, entry.halted ? entry.haltTime : null);
    mark(entry);
  };
  return {
    trade(tick) {
      const entry = entries.on(tick.symbol, tick.sourceTime);
      if (entry === undefined || !entry.recent.isNew(tick)) return false;
      traded(entry, tick, options);
      changedBy(entry, tick.sourceTime, tick.receivedAt);
      return true;
    },
    nbbo(tick) {
      // Bid and ask of an earlier day stand until there are newer ones; of what is asked by REST they come late.
      const entry = entries.on(tick.symbol, tick.sourceTime) ?? entries.get(tick.symbol);
      if (entry && applyNbbo(entry, tick)) changedBy(entry, tick.sourceTime, tick.receivedAt);
    },
    halt(tick) {
      const entry = entries.on(tick.symbol, tick.sourceTime);
      if (entry && applyHalt(entry, tick)) haltChanged(entry);
    },
    haltAgain(symbol, haltedAt) {
      const entry = entries.on(symbol, Math.max(haltedAt, now?.() ?? 0));
      if (entry && haltAgain(entry, haltedAt)) haltChanged(entry);
    },
    bar(tick) {
      // Its end is exclusive: the bar before midnight still belongs to the day.
      const entry = entries.on(tick.symbol, tick.sourceTime - 1);
      if (entry === undefined) return;
      if (applyBar(entry, tick)) barred(entry, tick, options);
      changedBy(entry, tick.sourceTime, tick.receivedAt);
    },
    day(tick) {
      const entry = entries.on(tick.symbol, tick.sourceTime) ?? entries.get(tick.symbol);
      if (entry === undefined) return;
      (tick.sourceTime < entry.dayStart ? applyEarlierDay : applyDay)(entry, tick);
      changedBy(entry, tick.sourceTime, tick.receivedAt);
    },
    takeChanged(stateOf) {
      markAll(entries.turnDays());
      const taken = changed;
      changed = [];
      return taken.map((entry) => {
        entry.changed = false;
        return entryToQuote(entry, stateOf(entry.symbol, entry.receivedAt), now !== undefined);
      });
    },
    plan: (split) => markAll(entries.plan(split)),
    adjusted: (symbol) => markAll(entries.adjusted(symbol)),
    touch: (symbol) => markAll(entries.some(symbol)),
    cut(symbol) {
      for (const entry of entries.some(symbol)) cutEntry(entry);
      markAll(entries.some(symbol));
    },
    has: (symbol) => entries.get(symbol) !== undefined,
    ...{ forget: entries.forget, today: entries.today },
    clear() {
      entries.clear();
      changed = [];
    },
  };
}
