import { setImmediate as nextTurn } from 'node:timers/promises';
import { aggregateBars, type Bar, barStart } from '../../domain/market/bars.ts';
import type { Candle } from '../../domain/market/candle.ts';
import type { BarRequest, Freshness, MarketHistory, MarketSnapshot } from '../../domain/market/history.ts';
import type { Clock } from '../../lib/clock.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { addDays, newYorkDate, newYorkDay, newYorkTime } from '../../protocol/new-york.ts';
import { createDayPath, type DayPath } from './day-path.ts';
import { type SimulatedInstrument, UNIVERSE } from './universe.ts';

export interface SimulatedHistoryOptions {
  readonly clock: Clock;
  readonly seed: number;
}

/** Sessions with minutes, today included; before them there are days only. */
const MINUTE_SESSIONS = 10;
const YEARS = 5;
/** Days drawn in one turn of the loop: about three milliseconds. */
const DAYS_PER_TURN = 8;

const DAY = { timespan: 'day', multiplier: 1 } as const;
const MADE_UP: Freshness = { delayed: false, stale: false };
const instruments = new Map(UNIVERSE.map((instrument) => [instrument.symbol, instrument]));

/** Five years of days and ten sessions of minutes, which lead to the prices of the feed with the same seed. */
export function createSimulatedHistory(options: SimulatedHistoryOptions): MarketHistory {
  const { clock } = options;
  const past = createPast(options);

  async function barsOf(request: BarRequest): Promise<Bar[]> {
    const instrument = instrumentOf(request.symbol);
    const isIntraday = request.timespan === 'minute' || request.timespan === 'hour';
    const today = newYorkDate(clock.now());
    const oldest = isIntraday ? addDays(today, 1 - MINUTE_SESSIONS) : yearsBefore(today);
    // From the beginning of the first bar, which may be before the range.
    const from = newYorkDate(barStart(request.from, request, request.from));
    const [first, last] = [later(from, oldest), earlier(newYorkDate(request.to), today)];
    const parts = isIntraday
      ? past.minutesBetween(instrument, first, last)
      : await past.daysBetween(instrument, first, last);
    return aggregateBars(parts, request, request.from);
  }

  return {
    async bars(request) {
      const firstStart = barStart(request.from, request, request.from);
      const inRange = (await barsOf(request)).filter(
        ({ start }) => start >= firstStart && start <= request.to,
      );
      const page = inRange.slice(-request.limit);
      return { ...MADE_UP, bars: page, truncated: page.length < inRange.length };
    },
    async snapshot(symbol): Promise<MarketSnapshot> {
      const instrument = instrumentOf(symbol);
      const today = newYorkDate(clock.now());
      const minute = past.minutesBetween(instrument, today, today).at(-1);
      return {
        ...MADE_UP,
        symbol,
        updatedAt: minute && clock.now(),
        day: past.dayOf(instrument, today),
        minute,
        previousDay: past.dayOf(instrument, addDays(today, -1)),
        lastTrade: undefined,
        lastQuote: undefined,
      };
    },
  };
}

/** Days and minutes of the simulated market; `first` and `last` are days (YYYY-MM-DD), both included. */
interface Past {
  /** The day so far, where it is today; undefined before its first minute is over. */
  dayOf(instrument: SimulatedInstrument, date: string): Candle | undefined;
  daysBetween(instrument: SimulatedInstrument, first: string, last: string): Promise<Candle[]>;
  /** Those that are over. */
  minutesBetween(instrument: SimulatedInstrument, first: string, last: string): Candle[];
}

function createPast({ clock, seed }: SimulatedHistoryOptions): Past {
  /** Whole days that are over, by symbol and date. */
  const kept = new Map<string, Map<string, Candle>>();

  const pathOf = (instrument: SimulatedInstrument, date: string): DayPath =>
    createDayPath(instrument, seed, newYorkDay(newYorkTime(date, 0)));

  function dayOf(instrument: SimulatedInstrument, date: string): Candle | undefined {
    const path = pathOf(instrument, date);
    if (clock.now() >= path.day.end) return path.bar();
    const [today] = aggregateBars(path.candlesUntil(clock.now()), DAY, path.day.start);
    return today;
  }

  return {
    dayOf,
    async daysBetween(instrument, first, last) {
      const known = kept.get(instrument.symbol) ?? new Map<string, Candle>();
      kept.set(instrument.symbol, known);
      const bars: Candle[] = [];
      let drawn = 0;
      for (let date = first; date <= last; date = addDays(date, 1)) {
        const before = known.get(date);
        const bar = before ?? dayOf(instrument, date);
        if (bar) bars.push(bar);
        if (before || !bar) continue;
        if (date < newYorkDate(clock.now())) known.set(date, bar);
        drawn += 1;
        if (drawn % DAYS_PER_TURN === 0) await nextTurn();
      }
      return bars;
    },
    minutesBetween(instrument, first, last) {
      const minutes: Candle[] = [];
      for (let date = first; date <= last; date = addDays(date, 1))
        minutes.push(...pathOf(instrument, date).candlesUntil(clock.now()));
      return minutes;
    },
  };
}

function instrumentOf(symbol: string): SimulatedInstrument {
  const instrument = instruments.get(symbol);
  if (!instrument) throw new TradecastError('UNKNOWN_SYMBOL', `${symbol} is not in the simulated market.`);
  return instrument;
}

const later = (a: string, b: string): string => (a > b ? a : b);
const earlier = (a: string, b: string): string => (a < b ? a : b);
const yearsBefore = (date: string): string => `${Number(date.slice(0, 4)) - YEARS}${date.slice(4)}`;
