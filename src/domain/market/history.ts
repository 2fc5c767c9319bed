/** The port of the market's past, beside the feed of its present. */
import type { Bar, BarSize } from './bars.ts';
import type { Candle } from './candle.ts';

/** Bars that begin from `from` to `to`, milliseconds since epoch. */
export interface BarRequest extends BarSize {
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
  /** Whether prices and volumes of before a split are as if it had been before them. */
  readonly adjusted: boolean;
  /** The newest of this many bars are answered. */
  readonly limit: number;
}

/** How an answer may be trusted. */
export interface Freshness {
  /** From upstream's own clock: a plan may serve it a quarter of an hour late. */
  readonly delayed: boolean;
  /** Upstream did not answer: these are the values of before. */
  readonly stale: boolean;
}

export interface BarPage extends Freshness {
  /** Oldest first. */
  readonly bars: readonly Bar[];
  /** There are older bars in the range. */
  readonly truncated: boolean;
}

/** The whole of a day so far; prices in dollars, volume in shares. */
export type DayBar = Omit<Bar, 'start'>;

/** What is known of a symbol without listening to it. Times are milliseconds since epoch. */
export interface MarketSnapshot extends Freshness {
  readonly symbol: string;
  /** When its price was made, which may be on an earlier day; undefined where it has none but the previous day's. */
  readonly updatedAt: number | undefined;
  readonly day: DayBar | undefined;
  readonly minute: Candle | undefined;
  readonly previousDay: DayBar | undefined;
  readonly lastTrade: { readonly price: number; readonly size: number; readonly time: number } | undefined;
  readonly lastQuote:
    | {
        readonly bid: number | undefined;
        readonly ask: number | undefined;
        readonly bidSize: number | undefined;
        readonly askSize: number | undefined;
        readonly time: number;
      }
    | undefined;
}

/**
 * The past of a market, and its present by request. Every method throws NOT_IN_PLAN where the source does not have
 * it, UNAVAILABLE where it does not answer now, and UNKNOWN_SYMBOL for a symbol that does not exist.
 */
export interface MarketHistory {
  /** Throws the reason of `signal` when it aborts: nobody waits for the bars any more. */
  bars(request: BarRequest, signal?: AbortSignal): Promise<BarPage>;
  snapshot(symbol: string): Promise<MarketSnapshot>;
  /** Ends the requests under way and later ones with UNAVAILABLE: the service stops. */
  stop(): void;
}
