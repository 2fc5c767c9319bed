/**
 * Off-exchange prints: trades that a trade reporting facility reports. `darkpool` is their name on the wire. All amounts
 * are dollars of the day in New York; bullish, bearish and unknown together are the notional of every print that counts.
 */
import type { QuoteState } from './quotes.ts';

/** `darkpool:update`. */
export interface DarkpoolPayload {
  symbol: string;
  bullish: number;
  bearish: number;
  /** Of prints whose side cannot be told. */
  unknown: number;
  prints: number;
  lastUpdated: string;
  state: QuoteState;
}

/** A row of `initial` and `full` on `/ws`, and of `GET /api/darkpool/sentiment`: amounts are texts with two decimals. */
export interface SentimentRow {
  ticker: string;
  bullish_amount: string;
  bearish_amount: string;
  unknown_amount: string;
  last_updated: string;
}

/** `time` is seconds since epoch, of the minute's start. */
export interface DarkpoolMinute {
  time: number;
  bullish: number;
  bearish: number;
  unknown: number;
  prints: number;
}

export type PrintSide = 'bullish' | 'bearish' | 'unknown';

/** One of the largest prints of the day. */
export interface LargePrint {
  /** When the trade was made, as its participant says. */
  timestamp: string;
  price: number;
  size: number;
  notional: number;
  side: PrintSide;
  /** The reporting facility, as the vendor numbers them. */
  trf: number;
}

/** GET /api/darkpool/:symbol */
export interface DarkpoolDay {
  symbol: string;
  /** YYYY-MM-DD in New York. */
  day: string;
  minutes: DarkpoolMinute[];
  /** Times in which prints may be missing from the sums. */
  gaps: { from: string; to: string }[];
  /** By notional, largest first. */
  largest: LargePrint[];
  /** Notional of prints that arrived late; counted in no other number. */
  late: { prints: number; notional: number };
}
