import { event } from './declare.ts';
import type { QuotePayload, QuoteState } from './quotes.ts';

export type MarketSession = 'pre' | 'regular' | 'post' | 'closed';

export interface MarketStatusPayload {
  isOpen: boolean;
  nextOpen: string | null;
  nextClose: string | null;
  timestamp: string;
  session: MarketSession;
  holiday?: string;
}

export interface InstrumentPayload {
  symbol: string;
  name: string;
}

/** One minute of one symbol; `time` is its start in seconds since epoch, as chart libraries expect. */
export interface CandlePayload {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** A bar of any size: `time` is its start in seconds since epoch. What the source does not know is missing. */
export interface BarPayload extends CandlePayload {
  vwap?: number;
  trades?: number;
}

export type Timespan = 'minute' | 'hour' | 'day' | 'week' | 'month';

/** GET /api/market/historical/:symbol, oldest first. */
export interface HistoryPayload {
  symbol: string;
  timespan: Timespan;
  multiplier: number;
  adjusted: boolean;
  bars: BarPayload[];
  /** The range has older bars than these. */
  truncated: boolean;
  state: QuoteState;
}

/** Where a quote was found: what is watched, what the source says when asked, or no more than the last close. */
export type QuoteSource = 'stream' | 'snapshot' | 'previous-close';

/** GET /api/market/quote/:symbol */
export interface MarketQuotePayload extends QuotePayload {
  source: QuoteSource;
}

/** A day so far, or a day that is over. */
export type DayPayload = Omit<BarPayload, 'time'>;

/** GET /api/market/snapshot/:symbol */
export interface SnapshotPayload extends MarketQuotePayload {
  lastTrade?: { price: number; size: number; timestamp: string };
  lastQuote?: { bid?: number; ask?: number; bidSize?: number; askSize?: number; timestamp: string };
  day?: DayPayload;
  minute?: BarPayload;
  previousDay?: DayPayload;
}

/** GET /api/market/search: an instrument, and what kind it is. */
export interface SearchPayload extends InstrumentPayload {
  type: 'stock';
}

export const marketEvents = {
  'market:status': event<MarketStatusPayload>()({ lane: 'state', topic: 'market' }),
};
