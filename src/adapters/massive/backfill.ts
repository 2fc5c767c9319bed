import type { Candle } from '../../domain/market/candle.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { newYorkDate } from '../../protocol/new-york.ts';
import type { RawEvent } from './events.ts';
import { fieldsOf, rowsOf } from './fields.ts';
import { createGathering } from './gathering.ts';
import { createPreviousCloses } from './previous-closes.ts';
import type { MassiveRest } from './rest.ts';
import { tellsPreviousClose } from './snapshot-day.ts';

const SYMBOLS_PER_REQUEST = 100;
/** Upstream's own high and low of the day come by REST only. A thousand symbols are ten requests. */
const REFRESH_MS = 60_000;

export interface BackfillOptions {
  readonly rest: Pick<MassiveRest, 'get'>;
  readonly clock: Clock;
  readonly log: Log;
  /** An event for the reader of the frames. */
  readonly onEvent: (event: RawEvent) => void;
  readonly onCandles: (symbol: string, candles: readonly Candle[]) => void;
}

export interface StockBackfillOptions extends BackfillOptions {
  /** The symbols that are wanted and flow. */
  readonly flowing: () => readonly string[];
}

/** Requests by REST what the stream does not contain. */
export interface Backfill {
  /** The symbol has begun to flow. */
  add(symbol: string): void;
  stop(): void;
}

const isCandle = (value: unknown): value is Record<'t' | 'o' | 'h' | 'l' | 'c' | 'v', number> =>
  typeof value === 'object' &&
  value !== null &&
  ['t', 'o', 'h', 'l', 'c', 'v'].every((name) => {
    const field = (value as Record<string, unknown>)[name];
    return typeof field === 'number' && Number.isFinite(field) && (name === 'v' ? field >= 0 : field > 0);
  });

/** Of stocks: previous closes, each day anew; the day so far, again each minute; the minutes of before. */
export function createBackfill(options: StockBackfillOptions): Backfill {
  const { rest, clock, log, onEvent, onCandles, flowing } = options;
  const closes = createPreviousCloses(options);
  const askSnapshots = async (symbols: readonly string[]): Promise<void> => {
    const { tickers } = await rest.get('/v2/snapshot/locale/us/markets/stocks/tickers', {
      tickers: symbols.join(','),
    });
    if (gathering.isStopped()) return;
    const t = clock.now();
    for (const row of rowsOf(tickers)) {
      const ticker = fieldsOf(row);
      if (tellsPreviousClose(ticker, t)) closes.told(ticker.ticker);
      onEvent({ ev: 'snapshot', ticker, t });
    }
  };
  const askCandles = async (symbol: string): Promise<void> => {
    const day = newYorkDate(clock.now());
    const path = `/v2/aggs/ticker/${encodeURIComponent(symbol)}/range/1/minute/${day}/${day}`;
    const { results } = await rest.get(path, { adjusted: 'true', sort: 'asc', limit: '50000' });
    if (gathering.isStopped() || !Array.isArray(results)) return;
    onCandles(
      symbol,
      results
        .filter(isCandle)
        .map(({ t, o, h, l, c, v }) => ({ start: t, open: o, high: h, low: l, close: c, volume: v })),
    );
  };

  async function askAllSnapshots(symbols: readonly string[]): Promise<void> {
    for (let i = 0; i < symbols.length; i += SYMBOLS_PER_REQUEST)
      await gathering.attempt('snapshots', () => askSnapshots(symbols.slice(i, i + SYMBOLS_PER_REQUEST)));
  }
  /** Of those of the symbols whose snapshot did not say. */
  async function askCloses(symbols: readonly string[]): Promise<void> {
    for (const symbol of closes.due(symbols))
      await gathering.attempt('previous closes', () => closes.ask(symbol));
  }
  const gathering = createGathering({
    clock,
    log,
    async run(symbols) {
      await askAllSnapshots(symbols);
      await askCloses(symbols);
      for (const symbol of symbols) await gathering.attempt('candles', () => askCandles(symbol));
    },
  });
  /** While upstream is slow or refuses, a refresh may take longer than a minute: then the next one is left out. */
  let isRefreshing = false;
  const refresh = async (): Promise<void> => {
    if (isRefreshing) return;
    isRefreshing = true;
    await askAllSnapshots(flowing());
    closes.keep(flowing());
    await askCloses(flowing());
    isRefreshing = false;
  };
  const stopRefreshing = clock.every(REFRESH_MS, () => void refresh());

  return {
    add: gathering.add,
    stop() {
      stopRefreshing();
      gathering.stop();
    },
  };
}
