import { TradecastError } from '../../../src/protocol/errors.ts';
import { addDays, newYorkDate } from '../../../src/protocol/new-york.ts';
import type { Api } from '../lib/api.ts';
import { type Bar, dateAt } from '../lib/bars.ts';
import { isIntraday, type Timeframe } from '../lib/timeframes.ts';
import type { Timers } from '../lib/timers.ts';
import { gathered, joinBars } from './bar-lists.ts';

/** More than a wide screen has pixels; five years of days are 1,826 bars. */
const PAGE_BARS = 2_000;

export interface NewestBars {
  readonly bars: readonly Bar[];
  /** The start of the newest bar that the source has, seconds since epoch. */
  readonly settled: number | undefined;
  /** The source did not answer: these are the bars of before. */
  readonly stale: boolean;
}

const codeOf = (error: unknown) => (error instanceof TradecastError ? error.code : undefined);

export interface BarPagesOptions {
  readonly api: Pick<Api, 'historical' | 'candles'>;
  readonly timers: Timers;
}

/** Requests for bars. Readers of the same chart ask in the same words, so that one answer serves them all. */
export function createPages({ api, timers }: BarPagesOptions) {
  const today = () => newYorkDate(timers.now());

  /** Minutes of today as the feed has counted them, the running one too. A source may have none. */
  const minutesOf = (symbol: string): Promise<readonly Bar[]> => api.candles(symbol).catch(() => []);

  async function upToNow(symbol: string, { size }: Timeframe, from: string): Promise<NewestBars> {
    const [asked, counted] = await Promise.allSettled([
      api.historical(symbol, { ...size, from, to: today(), limit: PAGE_BARS }),
      isIntraday(size) ? minutesOf(symbol) : [],
    ]);
    const minutes = gathered(counted.status === 'fulfilled' ? counted.value : [], size);
    if (asked.status === 'rejected') {
      // A replay plays a day of its own, and its minutes are all that there is of it.
      if (minutes.length === 0 || codeOf(asked.reason) !== 'NOT_IN_PLAN') throw asked.reason;
      return { bars: minutes, settled: minutes.at(-1)!.time, stale: false };
    }
    const { bars, state } = asked.value;
    const last = bars.at(-1)?.time;
    const running = minutes.filter(({ time }) => last === undefined || time >= last);
    const rest = running.filter(({ time }) => time !== last);
    const joined = rest.length < running.length ? joinBars(running.slice(0, 1), bars) : bars;
    return { bars: [...joined, ...rest], settled: last, stale: state === 'stale' };
  }

  return {
    newest: (symbol: string, timeframe: Timeframe) =>
      upToNow(symbol, timeframe, addDays(today(), -timeframe.pageDays)),
    since: (symbol: string, timeframe: Timeframe, second: number) =>
      upToNow(symbol, timeframe, String(second * 1_000)),
    /** Twice as long as the newest page: a trading halt must not look like the end. */
    async before(symbol: string, { size, pageDays }: Timeframe, second: number): Promise<readonly Bar[]> {
      const from = addDays(dateAt(second), -2 * pageDays);
      const to = String(second * 1_000 - 1);
      const { bars } = await api.historical(symbol, { ...size, from, to, limit: PAGE_BARS });
      // A week that begins before the range comes as a part.
      return bars.filter(({ time }) => time < second);
    },
  };
}
