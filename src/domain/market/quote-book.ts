import type { QuoteState } from '../../protocol/quotes.ts';
import type { BarTick, DayTick, HaltTick, NbboTick, TradeTick } from './feed.ts';
import { createHoursOf } from './market-hours.ts';
import type { Quote } from './quote.ts';
import { createEntry, cutEntry, type Entry, entryToQuote, rollDay } from './quote-entry.ts';
import { applyBar, applyDay, applyHalt, applyNbbo, applyTrade } from './quote-rules.ts';

/** The latest quote of each symbol, kept up in place: one tick allocates nothing here. */
export interface QuoteBook {
  /** False for a trade that counts for nothing: a repeated one, or one of a day that is over. */
  trade(tick: TradeTick): boolean;
  nbbo(tick: NbboTick): void;
  halt(tick: HaltTick): void;
  bar(tick: BarTick): void;
  day(tick: DayTick): void;
  /** Quotes that changed since the last call, each with the state that `stateOf` gives for its last receive time. */
  takeChanged(stateOf: (symbol: string, receivedAt: number) => QuoteState): Quote[];
  /** Makes `takeChanged` return the symbol, or all of them, although nothing happened. */
  touch(symbol?: string): void;
  /** What brought bid and ask of the symbol is gone, or of all symbols. */
  cut(symbol?: string): void;
  has(symbol: string): boolean;
  /** Forgets the idle contracts of which nothing was received since then: there are millions. Stocks stay. */
  forget(since: number): void;
  clear(): void;
}

/** More symbols than US equity markets list, and the contracts of a hundred peers: beyond it upstream is broken. */
export const MAX_SYMBOLS = 20_000;

const isKnown = ({ price, isContract, bid, ask }: Entry): boolean =>
  price > 0 || (isContract && (bid !== undefined || ask !== undefined));

/** Whether the symbol is neither wanted nor sent. */
type IsIdle = (symbol: string) => boolean;

/** What is kept of each symbol: of at most so many that a new one takes the place of the oldest that is idle. */
function createEntries(isIdle: IsIdle) {
  const hoursOf = createHoursOf('us-equities');
  const entries = new Map<string, Entry>();
  /** False where a look through all entries has just found none: each tick of another symbol would repeat it. */
  let mayHaveIdle = true;

  function hasRoom(): boolean {
    if (entries.size < MAX_SYMBOLS) return true;
    if (!mayHaveIdle) return false;
    for (const symbol of entries.keys()) if (isIdle(symbol)) return entries.delete(symbol);
    mayHaveIdle = false;
    return false;
  }

  return {
    get: (symbol: string): Entry | undefined => entries.get(symbol),
    /** The symbol's, where there is one; all of them without a symbol. */
    some(symbol?: string): Iterable<Entry> {
      if (symbol === undefined) return entries.values();
      const entry = entries.get(symbol);
      return entry ? [entry] : [];
    },
    /** Undefined where there is no room. */
    add(symbol: string, time: number): Entry | undefined {
      if (!hasRoom()) return undefined;
      const entry = createEntry(symbol, time, hoursOf(symbol));
      entries.set(symbol, entry);
      return entry;
    },
    forget(since: number): void {
      mayHaveIdle = true;
      for (const { symbol, isContract, receivedAt } of entries.values())
        if (isContract && receivedAt < since && isIdle(symbol)) entries.delete(symbol);
    },
    clear(): void {
      entries.clear();
      mayHaveIdle = true;
    },
  };
}

/** Receives each price that became the last one, dollars, and when it was received, milliseconds since epoch. */
export type PriceListener = (symbol: string, price: number, receivedAt: number) => void;

/**
 * `onPrice` is called for each trade that makes the last price, and for
 * the bars that do: between two looks at the quote there may be many.
 */
export function createQuoteBook(isIdle: IsIdle = () => false, onPrice: PriceListener = () => {}): QuoteBook {
  const entries = createEntries(isIdle);
  let changed: Entry[] = [];

  /** The entry on the day of `time`; undefined for a tick of a day that is over. */
  const entryFor = (symbol: string, time: number): Entry | undefined => {
    const entry = entries.get(symbol) ?? entries.add(symbol, time);
    if (entry === undefined || time < entry.dayStart) return undefined;
    if (time >= entry.dayEnd) rollDay(entry, time);
    return entry;
  };

  const mark = (entry: Entry): void => {
    if (entry.changed || !isKnown(entry)) return;
    entry.changed = true;
    changed.push(entry);
  };
  const changedBy = (entry: Entry, sourceTime: number, receivedAt: number): void => {
    if (sourceTime > entry.sourceTime) entry.sourceTime = sourceTime;
    entry.receivedAt = receivedAt;
    mark(entry);
  };

  return {
    trade(tick) {
      const entry = entryFor(tick.symbol, tick.sourceTime);
      if (entry === undefined || !entry.recent.isNew(tick)) return false;
      if (applyTrade(entry, tick)) onPrice(tick.symbol, tick.price, tick.receivedAt);
      changedBy(entry, tick.sourceTime, tick.receivedAt);
      return true;
    },
    nbbo(tick) {
      // Bid and ask of an earlier day stand until there are newer ones; of what is asked by REST they come late.
      const entry = entryFor(tick.symbol, tick.sourceTime) ?? entries.get(tick.symbol);
      if (entry && applyNbbo(entry, tick)) changedBy(entry, tick.sourceTime, tick.receivedAt);
    },
    halt(tick) {
      const entry = entryFor(tick.symbol, tick.sourceTime);
      if (entry && applyHalt(entry, tick)) mark(entry);
    },
    bar(tick) {
      // Its end is exclusive: the bar before midnight still belongs to the day.
      const entry = entryFor(tick.symbol, tick.sourceTime - 1);
      if (entry === undefined) return;
      if (applyBar(entry, tick)) onPrice(tick.symbol, tick.close, tick.receivedAt);
      changedBy(entry, tick.sourceTime, tick.receivedAt);
    },
    day(tick) {
      const entry = entryFor(tick.symbol, tick.sourceTime);
      if (entry === undefined) return;
      applyDay(entry, tick);
      changedBy(entry, tick.sourceTime, tick.receivedAt);
    },
    takeChanged(stateOf) {
      const taken = changed;
      changed = [];
      return taken.map((entry) => {
        entry.changed = false;
        return entryToQuote(entry, stateOf(entry.symbol, entry.receivedAt));
      });
    },
    touch(symbol) {
      for (const entry of entries.some(symbol)) mark(entry);
    },
    cut(symbol) {
      for (const entry of entries.some(symbol)) {
        cutEntry(entry);
        mark(entry);
      }
    },
    has: (symbol) => entries.get(symbol) !== undefined,
    forget: entries.forget,
    clear() {
      entries.clear();
      changed = [];
    },
  };
}
