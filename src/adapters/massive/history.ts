import type { Bar } from '../../domain/market/bars.ts';
import type { Candle } from '../../domain/market/candle.ts';
import type {
  BarPage,
  BarRequest,
  DayBar,
  MarketHistory,
  MarketSnapshot,
} from '../../domain/market/history.ts';
import { createAnswerCache } from '../../lib/answer-cache.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Timespan } from '../../protocol/market.ts';
import { newYorkDay } from '../../protocol/new-york.ts';
import {
  decimalOr,
  type Fields,
  fieldsOf,
  isDelayed,
  nextPathOf,
  positive,
  rowsOf,
  timeOf,
} from './fields.ts';
import { isAway, keepErrorMs, NOT_ENTITLED, NOT_FOUND, refusal } from './refusals.ts';
import { type MassiveRest, RestError } from './rest.ts';
import { dayOfSnapshot, newestTrade, type SnapshotDay } from './snapshot-day.ts';

export interface MassiveHistoryOptions {
  readonly rest: Pick<MassiveRest, 'once' | 'stop'>;
  readonly clock: Clock;
}

/** A person who opens the same page again, or a hundred who open it at once, cost one request. */
const FRESH_MS = 1_000;
const STALE_MS = 15_000;
const MAX_ANSWERS = 1_000;
/** Twenty of the largest pages that a request may ask for: about fifty megabytes. */
const MAX_BARS = 200_000;
/** The most that upstream allows; it counts the bars that larger ones are made of. */
const PAGE_LIMIT = '50000';
/** A year of minutes. */
const MAX_PAGES = 4;

const HOUR_MS = 3_600_000;
/** The longest bar of each kind: a day may have 25 hours, and `from` may lie anywhere in a bar. */
const LONGEST_MS: Readonly<Record<Timespan, number>> = {
  minute: 60_000,
  hour: HOUR_MS,
  day: 25 * HOUR_MS,
  week: 169 * HOUR_MS,
  month: 745 * HOUR_MS,
};

/** Massive's aggregates and snapshots, by REST. */
export function createMassiveHistory({ rest, clock }: MassiveHistoryOptions): MarketHistory {
  const options = {
    clock,
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    keepErrorMs,
    mayServeStale: isAway,
  };
  const answers = createAnswerCache<Fields>({ ...options, maxWeight: MAX_ANSWERS });
  const ranges = createAnswerCache<Omit<BarPage, 'stale'>>({
    ...options,
    weightOf: ({ bars }) => 1 + bars.length,
    maxWeight: MAX_BARS,
  });

  const ask = (path: string, query: Readonly<Record<string, string>> = {}) =>
    answers.get(`${path}?${new URLSearchParams(query)}`, () => rest.once(path, query));

  /** Undefined where upstream has none: the plan lacks snapshots, or nothing is known of the symbol today. */
  async function readTicker(
    symbol: string,
  ): Promise<{ ticker: Fields; delayed: boolean; stale: boolean } | undefined> {
    try {
      const { value, stale } = await ask(
        `/v2/snapshot/locale/us/markets/stocks/tickers/${encodeURIComponent(symbol)}`,
      );
      return { ticker: fieldsOf(value.ticker), delayed: isDelayed(value), stale };
    } catch (error) {
      if (error instanceof RestError && [NOT_ENTITLED, NOT_FOUND].includes(error.status)) return undefined;
      throw error;
    }
  }

  async function readPreviousDay(symbol: string) {
    const { value, stale } = await ask(`/v2/aggs/ticker/${encodeURIComponent(symbol)}/prev`, {
      adjusted: 'true',
    });
    const [previousDay] = barsOf(value.results);
    if (!previousDay) throw new RestError(NOT_FOUND, `no previous day of ${symbol}`);
    return { previousDay, delayed: isDelayed(value), stale };
  }

  async function readSnapshot(symbol: string): Promise<MarketSnapshot> {
    const found = await readTicker(symbol);
    const snapshot = found && {
      ...snapshotOf(symbol, found.ticker, clock.now()),
      delayed: found.delayed,
      stale: found.stale,
    };
    if (snapshot?.previousDay) return snapshot;
    let previous: Awaited<ReturnType<typeof readPreviousDay>>;
    try {
      previous = await readPreviousDay(symbol);
    } catch (error) {
      // On its first day a stock has none; then, and while upstream does not say, what is known of today counts.
      if (snapshot && hasPrice(snapshot) && error instanceof RestError) return snapshot;
      throw error;
    }
    return {
      ...(snapshot ?? { ...snapshotOf(symbol, {}, clock.now()), ...previous }),
      previousDay: previous.previousDay,
    };
  }

  return {
    async bars(request) {
      const { symbol, limit, ...range } = request;
      const key = JSON.stringify([symbol, limit, range]);
      const { value, stale } = await ranges.get(key, () => readRange(rest, request)).catch(refuse(symbol));
      return { ...value, stale };
    },
    snapshot: (symbol) => readSnapshot(symbol).catch(refuse(symbol)),
    stop: rest.stop,
  };
}

/** Joins the pages of a range, newest first. */
async function readRange(
  { once }: Pick<MassiveRest, 'once'>,
  request: BarRequest,
): Promise<Omit<BarPage, 'stale'>> {
  const { symbol, multiplier, timespan, from, to, adjusted } = request;
  const range = `${multiplier}/${timespan}/${from}/${to}`;
  const path = `/v2/aggs/ticker/${encodeURIComponent(symbol)}/range/${range}`;
  let body = await once(path, { adjusted: String(adjusted), sort: 'desc', limit: PAGE_LIMIT });
  const bars: Bar[] = [];
  addOlder(bars, barsOf(body.results), request);
  const delayed = isDelayed(body);
  for (let page = 1; page < MAX_PAGES && bars.length <= request.limit; page++) {
    const next = nextPathOf(body);
    if (next === null) break;
    body = await once(next);
    const added = addOlder(bars, barsOf(body.results), request);
    // A page that leads to itself has the same one behind it.
    if (added === 0) break;
  }
  const truncated = bars.length > request.limit || nextPathOf(body) !== null;
  return { bars: bars.slice(0, request.limit).reverse(), truncated, delayed };
}

/**
 * Adds the bars of a page that overlap the range and are older than those before it, newest first; answers how many.
 * A bar that comes twice counts once.
 */
function addOlder(bars: Bar[], page: readonly Bar[], { from, to, timespan, multiplier }: BarRequest): number {
  const before = bars.length;
  const first = from - LONGEST_MS[timespan] * multiplier;
  for (const bar of page.toSorted((a, b) => b.start - a.start)) {
    const oldest = bars.at(-1)?.start ?? Number.POSITIVE_INFINITY;
    if (bar.start > first && bar.start <= to && bar.start < oldest) bars.push(bar);
  }
  return bars.length - before;
}

const hasPrice = ({ day, minute, lastTrade }: MarketSnapshot): boolean =>
  (day ?? minute ?? lastTrade) !== undefined;

const refuse =
  (symbol: string) =>
  (error: unknown): never => {
    throw refusal(error, symbol);
  };

function dayBarOf(value: unknown): DayBar | undefined {
  const { o, h, l, c, v, dv, vw, n } = fieldsOf(value);
  const [open, high, low, close] = [positive(o), positive(h), positive(l), positive(c)];
  if (open === undefined || high === undefined || low === undefined || close === undefined) return undefined;
  const [vwap, trades] = [positive(vw), positive(n)];
  return {
    open,
    high,
    low,
    close,
    volume: positive(decimalOr(dv, v)) ?? 0,
    ...(vwap !== undefined && { vwap }),
    ...(trades !== undefined && { trades }),
  };
}

/**
 * `results` may be missing; a row without its prices or its time, or with its high below its low, is left out. Open and
 * close may lie outside of the two: some kinds of trades count for them alone.
 */
function barsOf(results: unknown): Bar[] {
  return rowsOf(results).flatMap((row) => {
    const [bar, start] = [dayBarOf(row), positive(fieldsOf(row).t)];
    return bar && start !== undefined && bar.high >= bar.low ? [{ start, ...bar }] : [];
  });
}

function minuteOf(value: unknown): Candle | undefined {
  const [bar, start] = [dayBarOf(value), positive(fieldsOf(value).t)];
  return bar && start !== undefined ? { start, ...bar } : undefined;
}

/** When its price was made, whatever `updated` says of another day; undefined where it has none. */
function updatedAtOf(ticker: Fields, day: SnapshotDay, now: number): number | undefined {
  if (day.is === 'earlier') return day.madeAt;
  if (day.is !== 'today') return newestTrade(ticker, now);
  return Math.max(timeOf(ticker.updated) ?? now, newYorkDay(now).start);
}

/** Numbers of which nobody can say the day are left out; `now` is the time of the answer. */
function snapshotOf(symbol: string, ticker: Fields, now: number): MarketSnapshot {
  const day = dayOfSnapshot(ticker, now);
  const [trade, quote] = [fieldsOf(ticker.lastTrade), fieldsOf(ticker.lastQuote)];
  const [price, tradedAt, quotedAt] = [positive(trade.p), timeOf(trade.t), timeOf(quote.t)];
  return {
    symbol,
    updatedAt: updatedAtOf(ticker, day, now),
    day: day.is === 'unknown' ? undefined : dayBarOf(ticker.day),
    minute: minuteOf(ticker.min),
    previousDay: dayBarOf(ticker.prevDay),
    lastTrade:
      price === undefined || tradedAt === undefined
        ? undefined
        : { price, size: positive(decimalOr(trade.ds, trade.s)) ?? 0, time: tradedAt },
    lastQuote:
      quotedAt === undefined
        ? undefined
        : {
            bid: positive(quote.p),
            ask: positive(quote.P),
            bidSize: positive(quote.s),
            askSize: positive(quote.S),
            time: quotedAt,
          },
    delayed: false,
    stale: false,
  };
}
