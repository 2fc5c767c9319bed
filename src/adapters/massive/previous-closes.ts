import type { Clock } from '../../lib/clock.ts';
import { previousTradingDay } from '../../protocol/exchange-holidays.ts';
import { newYorkDate } from '../../protocol/new-york.ts';
import type { RawEvent } from './events.ts';
import { fieldsOf, positive, rowsOf } from './fields.ts';
import type { MassiveRest } from './rest.ts';

/** Upstream may have the bar of a day hours after it; a stock that was not traded has none. */
const ASK_AGAIN_MS = 60 * 60_000;

/** The closes of the day before, which upstream is asked for when a day begins. */
export interface PreviousCloses {
  /** A snapshot has said the symbol's of today. */
  told(symbol: unknown): void;
  /** Forgets all other symbols. */
  keep(symbols: readonly string[]): void;
  /** Those of the symbols whose previous close of today nobody has said, and that are to be asked for now. */
  due(symbols: readonly string[]): string[];
  ask(symbol: string): Promise<void>;
}

export interface PreviousClosesOptions {
  readonly rest: Pick<MassiveRest, 'get'>;
  readonly clock: Clock;
  readonly onEvent: (event: RawEvent) => void;
}

export function createPreviousCloses({ rest, clock, onEvent }: PreviousClosesOptions): PreviousCloses {
  /** The day for which each symbol's is known. */
  const knownFor = new Map<string, string>();
  const askedAt = new Map<string, number>();

  return {
    told(symbol) {
      if (typeof symbol === 'string') knownFor.set(symbol, newYorkDate(clock.now()));
    },
    keep(symbols) {
      const wanted = new Set(symbols);
      for (const kept of [knownFor, askedAt])
        for (const symbol of kept.keys()) if (!wanted.has(symbol)) kept.delete(symbol);
    },
    due(symbols) {
      const now = clock.now();
      const today = newYorkDate(now);
      return symbols.filter(
        (symbol) => knownFor.get(symbol) !== today && !(now - (askedAt.get(symbol) ?? 0) < ASK_AGAIN_MS),
      );
    },
    async ask(symbol) {
      askedAt.set(symbol, clock.now());
      const path = `/v2/aggs/ticker/${encodeURIComponent(symbol)}/prev`;
      const { results } = await rest.get(path, { adjusted: 'true' });
      const { c, t } = fieldsOf(rowsOf(results)[0]);
      const [close, time] = [positive(c), positive(t)];
      const now = clock.now();
      const today = newYorkDate(now);
      // Until the bar of the last day is there, upstream answers with the one before it.
      if (close === undefined || time === undefined || newYorkDate(time) !== previousTradingDay(today))
        return;
      knownFor.set(symbol, today);
      onEvent({ ev: 'previousClose', sym: symbol, c: close, t: now });
    },
  };
}
