import { aggregateBars, type Bar, type BarSize, barStart } from '../../domain/market/bars.ts';
import type { Candle } from '../../domain/market/candle.ts';
import type { BarRequest, Freshness, MarketHistory, MarketSnapshot } from '../../domain/market/history.ts';
import type { Clock } from '../../lib/clock.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { addDays, newYorkDate, newYorkDay, newYorkTime } from '../../protocol/new-york.ts';
import { createDayPath, type DayPath } from './day-path.ts';
import { inSharesOf, type SplitScript, shareRatio } from './splits.ts';
import type { Turns } from './turns.ts';
import { type SimulatedInstrument, UNIVERSE } from './universe.ts';

export interface SimulatedHistoryOptions {
  readonly clock: Clock;
  readonly seed: number;
  /** Drawing waits for its turn, so that no number of requests holds up the process. */
  readonly turns: Turns;
  /** None by default. */
  readonly splits?: SplitScript | undefined;
}

/** Sessions with minutes, today included. */
const MINUTE_SESSIONS = 10;
/** Sessions with half hours and what is made of them; before them there are days only. */
const HALF_HOUR_SESSIONS = 90;
const YEARS = 5;

const DAY = { timespan: 'day', multiplier: 1 } as const;
const HALF_HOUR = { timespan: 'minute', multiplier: 30 } as const;
const MADE_UP: Freshness = { delayed: false, stale: false };
const instruments = new Map(UNIVERSE.map((instrument) => [instrument.symbol, instrument]));

/**
 * Five years of days, ninety sessions of half hours and ten of minutes, which lead to the prices of the feed with the same
 * seed.
 */
export function createSimulatedHistory(options: SimulatedHistoryOptions): MarketHistory {
  const { clock, turns, splits = [] } = options;
  const past = createPast(options);
  /** Bars are drawn in shares of their day. */
  const inSharesOfToday = <B extends Bar>(symbol: string, bars: readonly B[]): B[] => {
    const after = shareRatio(splits, symbol, newYorkDate(clock.now()));
    return bars.map((bar) => inSharesOf(bar, shareRatio(splits, symbol, newYorkDate(bar.start)), after));
  };
  const isSplit = (symbol: string): boolean => splits.some((split) => split.symbol === symbol);

  async function barsOf(request: BarRequest, signal: AbortSignal | undefined): Promise<Bar[]> {
    const instrument = instrumentOf(request.symbol);
    const part = partOf(request);
    const today = newYorkDate(clock.now());
    const oldest = OLDEST[part](today);
    // From the beginning of the first bar, which may be before the range.
    const from = newYorkDate(barStart(request.from, request, request.from));
    const [first, last] = [later(from, oldest), earlier(newYorkDate(request.to), today)];
    const parts = await past[part](instrument, first, last, signal);
    const told = request.adjusted && isSplit(request.symbol) ? inSharesOfToday(request.symbol, parts) : parts;
    return aggregateBars(told, request, request.from);
  }

  return {
    async bars(request, signal) {
      const firstStart = barStart(request.from, request, request.from);
      const inRange = (await barsOf(request, signal)).filter(
        ({ start }) => start >= firstStart && start <= request.to,
      );
      const page = inRange.slice(-request.limit);
      return { ...MADE_UP, bars: page, truncated: page.length < inRange.length };
    },
    async snapshot(symbol): Promise<MarketSnapshot> {
      const instrument = instrumentOf(symbol);
      await turns.next();
      const today = newYorkDate(clock.now());
      const minute = past.minutesOf(instrument, today).at(-1);
      return {
        ...MADE_UP,
        symbol,
        updatedAt: minute && clock.now(),
        day: past.dayOf(instrument, today),
        minute,
        previousDay: inSharesOfToday(symbol, [past.dayOf(instrument, addDays(today, -1)) ?? []].flat())[0],
        lastTrade: undefined,
        lastQuote: undefined,
      };
    },
    stop: turns.stop,
  };
}

/** What bars of a size are made of. */
type Part = 'minutes' | 'halfHours' | 'days';

function partOf({ timespan, multiplier }: BarSize): Part {
  if (timespan === 'hour') return 'halfHours';
  if (timespan !== 'minute') return 'days';
  return multiplier % HALF_HOUR.multiplier === 0 ? 'halfHours' : 'minutes';
}

/** The first day that has them. */
const OLDEST: Readonly<Record<Part, (today: string) => string>> = {
  minutes: (today) => addDays(today, 1 - MINUTE_SESSIONS),
  halfHours: (today) => addDays(today, 1 - HALF_HOUR_SESSIONS),
  days: (today) => yearsBefore(today),
};

/** From one day to another (YYYY-MM-DD), both included. */
type Between = (
  instrument: SimulatedInstrument,
  first: string,
  last: string,
  signal?: AbortSignal,
) => Promise<readonly Candle[]>;

/** The simulated market up to now. */
interface Past extends Readonly<Record<Part, Between>> {
  /** The day so far, where it is today; undefined before its first minute is over. */
  dayOf(instrument: SimulatedInstrument, date: string): Candle | undefined;
  /** Those that are over. */
  minutesOf(instrument: SimulatedInstrument, date: string): Candle[];
}

function createPast({ clock, seed, turns, splits }: SimulatedHistoryOptions): Past {
  const pathOf = (instrument: SimulatedInstrument, date: string): DayPath =>
    createDayPath(instrument, seed, newYorkDay(newYorkTime(date, 0)), splits);

  function dayOf(instrument: SimulatedInstrument, date: string): Candle | undefined {
    const path = pathOf(instrument, date);
    if (clock.now() >= path.day.end) return path.bar();
    const [today] = aggregateBars(path.candlesUntil(clock.now()), DAY, path.day.start);
    return today;
  }

  const minutesOf = (instrument: SimulatedInstrument, date: string): Candle[] =>
    pathOf(instrument, date).candlesUntil(clock.now());

  return {
    dayOf,
    minutesOf,
    // Not kept: ten sessions of minutes are three megabytes for each symbol.
    async minutes(instrument, first, last, signal) {
      const candles: Candle[][] = [];
      for (const date of daysFrom(first, last)) {
        await turns.next(signal);
        candles.push(minutesOf(instrument, date));
      }
      return candles.flat();
    },
    halfHours: keptByDay(clock, turns, (instrument, date) =>
      aggregateBars(minutesOf(instrument, date), HALF_HOUR, newYorkTime(date, 0)),
    ),
    days: keptByDay(clock, turns, (instrument, date) => [dayOf(instrument, date) ?? []].flat()),
  };
}

/** Draws each day of a symbol that is over once, also where several ask for it, and one day in a turn of the loop. */
function keptByDay(
  clock: Clock,
  turns: Turns,
  draw: (instrument: SimulatedInstrument, date: string) => readonly Candle[],
): Between {
  const kept = new Map<string, Map<string, readonly Candle[]>>();
  return async (instrument, first, last, signal) => {
    const known = kept.get(instrument.symbol) ?? new Map<string, readonly Candle[]>();
    kept.set(instrument.symbol, known);
    const candles: Candle[] = [];
    for (const date of daysFrom(first, last)) {
      if (!known.has(date)) await turns.next(signal);
      // Another request may have drawn it meanwhile.
      const day = known.get(date) ?? draw(instrument, date);
      if (date < newYorkDate(clock.now())) known.set(date, day);
      candles.push(...day);
    }
    return candles;
  };
}

function daysFrom(first: string, last: string): string[] {
  const dates: string[] = [];
  for (let date = first; date <= last; date = addDays(date, 1)) dates.push(date);
  return dates;
}

function instrumentOf(symbol: string): SimulatedInstrument {
  const instrument = instruments.get(symbol);
  if (!instrument) throw new TradecastError('UNKNOWN_SYMBOL', `${symbol} is not in the simulated market.`);
  return instrument;
}

const later = (a: string, b: string): string => (a > b ? a : b);
const earlier = (a: string, b: string): string => (a < b ? a : b);
const yearsBefore = (date: string): string => `${Number(date.slice(0, 4)) - YEARS}${date.slice(4)}`;
