import type { Candle } from '../../domain/market/candle.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { newYorkDate } from '../../protocol/new-york.ts';
import type { RawEvent } from './events.ts';
import { type MassiveRest, RestError } from './rest.ts';

/** Symbols confirmed within this time share one snapshot request. */
const GATHER_MS = 50;
const SYMBOLS_PER_REQUEST = 100;
const NOT_ENTITLED = 403;

export interface BackfillOptions {
  readonly rest: MassiveRest;
  readonly clock: Clock;
  readonly log: Log;
  /** A `{"ev":"snapshot","ticker":…}` event, for the reader of the frames. */
  readonly onSnapshot: (event: RawEvent) => void;
  readonly onCandles: (symbol: string, candles: readonly Candle[]) => void;
}

/** Requests by REST what the stream does not contain: previous closes, the day so far, the minutes of before. */
export interface Backfill {
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

export function createBackfill({ rest, clock, log, onSnapshot, onCandles }: BackfillOptions): Backfill {
  const waiting = new Set<string>();
  // What the plan does not include is requested once.
  const notEntitled = new Set<'snapshots' | 'candles'>();
  let cancel = (): void => {};
  let stopped = false;

  async function attempt(what: 'snapshots' | 'candles', ask: () => Promise<void>): Promise<void> {
    if (stopped || notEntitled.has(what)) return;
    try {
      await ask();
    } catch (error) {
      if (stopped) return;
      if (error instanceof RestError && error.status === NOT_ENTITLED) notEntitled.add(what);
      log.warn({ err: error }, `upstream did not deliver the ${what}`);
    }
  }

  const askSnapshots = async (symbols: readonly string[]): Promise<void> => {
    const { tickers } = await rest.get('/v2/snapshot/locale/us/markets/stocks/tickers', {
      tickers: symbols.join(','),
    });
    if (stopped || !Array.isArray(tickers)) return;
    for (const ticker of tickers) onSnapshot({ ev: 'snapshot', ticker });
  };
  const askCandles = async (symbol: string): Promise<void> => {
    const day = newYorkDate(clock.now());
    const path = `/v2/aggs/ticker/${encodeURIComponent(symbol)}/range/1/minute/${day}/${day}`;
    const { results } = await rest.get(path, { adjusted: 'true', sort: 'asc', limit: '50000' });
    if (stopped || !Array.isArray(results)) return;
    onCandles(
      symbol,
      results
        .filter(isCandle)
        .map(({ t, o, h, l, c, v }) => ({ start: t, open: o, high: h, low: l, close: c, volume: v })),
    );
  };

  const run = async (): Promise<void> => {
    const symbols = [...waiting];
    waiting.clear();
    for (let i = 0; i < symbols.length; i += SYMBOLS_PER_REQUEST) {
      await attempt('snapshots', () => askSnapshots(symbols.slice(i, i + SYMBOLS_PER_REQUEST)));
    }
    for (const symbol of symbols) await attempt('candles', () => askCandles(symbol));
  };

  return {
    add(symbol) {
      if (waiting.size === 0) cancel = clock.after(GATHER_MS, () => void run());
      waiting.add(symbol);
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
