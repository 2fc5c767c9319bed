import type { Candle } from '../../domain/market/candle.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { newYorkDate } from '../../protocol/new-york.ts';
import type { RawEvent } from './events.ts';
import { rowsOf } from './fields.ts';
import { createGathering } from './gathering.ts';
import type { MassiveRest } from './rest.ts';

const SYMBOLS_PER_REQUEST = 100;

export interface BackfillOptions {
  readonly rest: Pick<MassiveRest, 'get'>;
  readonly clock: Clock;
  readonly log: Log;
  /** An event for the reader of the frames. */
  readonly onEvent: (event: RawEvent) => void;
  readonly onCandles: (symbol: string, candles: readonly Candle[]) => void;
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

/** Of stocks: previous closes, the day so far, the minutes of before. */
export function createBackfill({ rest, clock, log, onEvent, onCandles }: BackfillOptions): Backfill {
  const askSnapshots = async (symbols: readonly string[]): Promise<void> => {
    const { tickers } = await rest.get('/v2/snapshot/locale/us/markets/stocks/tickers', {
      tickers: symbols.join(','),
    });
    if (gathering.isStopped()) return;
    for (const ticker of rowsOf(tickers)) onEvent({ ev: 'snapshot', ticker });
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

  const gathering = createGathering({
    clock,
    log,
    async run(symbols) {
      for (let i = 0; i < symbols.length; i += SYMBOLS_PER_REQUEST) {
        await gathering.attempt('snapshots', () => askSnapshots(symbols.slice(i, i + SYMBOLS_PER_REQUEST)));
      }
      for (const symbol of symbols) await gathering.attempt('candles', () => askCandles(symbol));
    },
  });

  return { add: gathering.add, stop: gathering.stop };
}
