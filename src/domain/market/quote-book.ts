import type { QuoteState } from '../../protocol/quotes.ts';
import type { BarTick, DayTick, NbboTick, TradeTick } from './feed.ts';
import type { MarketHours } from './market-hours.ts';
import type { Quote } from './quote.ts';
import { createEntry, type Entry, entryToQuote, rollDay, setHighLow, setPrice } from './quote-entry.ts';
import {
  ADDS_VOLUME,
  CORRECTS_CLOSE,
  EXTENDED_HOURS,
  REPORTS_CLOSE,
  SETS_HIGH_LOW,
  SETS_LAST,
} from './trade-effects.ts';

/** The latest of each symbol, kept up from ticks in place: one tick allocates nothing here. */
export interface QuoteBook {
  /** False for a trade that counts for nothing: a repeated one, or one of a day that is over. */
  trade(tick: TradeTick): boolean;
  nbbo(tick: NbboTick): void;
  bar(tick: BarTick): void;
  day(tick: DayTick): void;
  /** Quotes that changed since the last call, each with the state that `stateOf` gives it by when it was last heard. */
  takeChanged(stateOf: (symbol: string, receivedAt: number) => QuoteState): Quote[];
  /** Makes `takeChanged` name the symbol even though nothing happened. */
  touch(symbol: string): void;
  touchAll(): void;
  clear(): void;
}

/** More symbols than US equity markets list: what is beyond is upstream gone mad, not a market. */
const MAX_SYMBOLS = 20_000;

export function createQuoteBook({ hours }: { hours: MarketHours }): QuoteBook {
  const entries = new Map<string, Entry>();
  let changed: Entry[] = [];

  const addEntry = (symbol: string, time: number): Entry | undefined => {
    if (entries.size >= MAX_SYMBOLS) return undefined;
    const entry = createEntry(symbol, time);
    entries.set(symbol, entry);
    return entry;
  };

  /** The entry on the day of `time`; undefined for a tick of a day that is over. */
  const entryFor = (symbol: string, time: number): Entry | undefined => {
    const entry = entries.get(symbol) ?? addEntry(symbol, time);
    if (entry === undefined) return undefined;
    if (time < entry.dayStart) return undefined;
    if (time >= entry.dayEnd) rollDay(entry, time);
    return entry;
  };

  const mark = (entry: Entry): void => {
    if (entry.changed || entry.price === 0) return;
    entry.changed = true;
    changed.push(entry);
  };
  const changedBy = (entry: Entry, sourceTime: number, receivedAt: number): void => {
    if (sourceTime > entry.sourceTime) entry.sourceTime = sourceTime;
    entry.receivedAt = receivedAt;
    mark(entry);
  };

  /** The close the exchanges tell after the bell is the day's last price; what still trades later no longer moves it. */
  const takeClose = (entry: Entry, tick: TradeTick, corrects: boolean): void => {
    const session = hours.session(tick.sourceTime);
    if (session === 'regular' || session === 'pre') return;
    if (!corrects && !(tick.size > entry.closeSize)) return;
    entry.close = tick.price;
    entry.closeSize = corrects ? Number.POSITIVE_INFINITY : tick.size;
    entry.priced = true;
    setPrice(entry, tick.price, Math.max(tick.sourceTime, entry.priceTime));
  };

  const takePrice = (entry: Entry, tick: TradeTick, effects: number): void => {
    if (!(effects & SETS_LAST) || entry.close !== undefined || tick.sourceTime < entry.priceTime) return;
    if (effects & EXTENDED_HOURS) {
      // Before the open it is all there is; once the day has a regular price it no longer counts.
      if (!entry.priced) setPrice(entry, tick.price, tick.sourceTime);
      return;
    }
    entry.open ??= tick.price;
    entry.priced = true;
    setPrice(entry, tick.price, tick.sourceTime);
  };

  return {
    trade(tick) {
      const entry = entryFor(tick.symbol, tick.sourceTime);
      if (entry === undefined || !entry.recent.isNew(tick)) return false;
      const { effects } = tick;
      if (effects & ADDS_VOLUME) entry.volume += tick.size;
      if (effects & SETS_HIGH_LOW && !(effects & EXTENDED_HOURS)) setHighLow(entry, tick.price, tick.price);
      if (effects & REPORTS_CLOSE) takeClose(entry, tick, (effects & CORRECTS_CLOSE) !== 0);
      takePrice(entry, tick, effects);
      changedBy(entry, tick.sourceTime, tick.receivedAt);
      return true;
    },
    nbbo(tick) {
      const entry = entryFor(tick.symbol, tick.sourceTime);
      if (entry === undefined || tick.sourceTime < entry.nbboTime) return;
      entry.bid = tick.bid;
      entry.bidSize = tick.bidSize;
      entry.ask = tick.ask;
      entry.askSize = tick.askSize;
      entry.nbboTime = tick.sourceTime;
      changedBy(entry, tick.sourceTime, tick.receivedAt);
    },
    bar(tick) {
      // Its end is exclusive: the bar before midnight still belongs to the day.
      const entry = entryFor(tick.symbol, tick.sourceTime - 1);
      if (entry === undefined) return;
      const regular = hours.session(tick.start) === 'regular';
      if (tick.dayVolume !== undefined && tick.dayVolume > entry.volume) entry.volume = tick.dayVolume;
      if (tick.dayOpen !== undefined) entry.open = tick.dayOpen;
      if (regular) setHighLow(entry, tick.high, tick.low);
      const movesPrice = entry.close === undefined && (regular || !entry.priced);
      if (movesPrice && tick.sourceTime > entry.priceTime) {
        if (regular) {
          entry.open ??= tick.open;
          entry.priced = true;
        }
        setPrice(entry, tick.close, tick.sourceTime);
      }
      changedBy(entry, tick.sourceTime, tick.receivedAt);
    },
    day(tick) {
      const entry = entryFor(tick.symbol, tick.sourceTime);
      if (entry === undefined) return;
      if (tick.previousClose !== undefined) entry.previousClose = tick.previousClose;
      if (tick.open !== undefined) {
        entry.open = tick.open;
        entry.priced = true;
      }
      if (tick.high !== undefined && tick.low !== undefined) setHighLow(entry, tick.high, tick.low);
      if (tick.volume !== undefined && tick.volume > entry.volume) entry.volume = tick.volume;
      if (tick.last !== undefined && tick.sourceTime >= entry.priceTime && entry.close === undefined) {
        setPrice(entry, tick.last, tick.sourceTime);
      } else if (entry.price === 0 && tick.previousClose !== undefined) {
        setPrice(entry, tick.previousClose, 0);
      }
      if (tick.sourceTime >= entry.nbboTime && (tick.bid !== undefined || tick.ask !== undefined)) {
        entry.bid = tick.bid;
        entry.ask = tick.ask;
        entry.bidSize = entry.askSize = undefined;
      }
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
      const entry = entries.get(symbol);
      if (entry) mark(entry);
    },
    touchAll() {
      for (const entry of entries.values()) mark(entry);
    },
    clear() {
      entries.clear();
      changed = [];
    },
  };
}
