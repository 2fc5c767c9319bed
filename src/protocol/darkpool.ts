/**
 * Off-exchange prints: trades that a trade reporting facility reports. `darkpool` is their name on the wire. All amounts
 * are dollars of the day in New York; bullish, bearish and unknown together are the notional of every print that counts.
 */
import { z } from 'zod';
import { command, event, route } from './declare.ts';
import { MAX_SYMBOLS_PER_REQUEST } from './limits.ts';
import type { QuoteState } from './quotes.ts';
import { daySchema, handshakeQuerySchema, symbolSchema, symbolsSchema } from './schemas.ts';

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
  /** When the symbol was first followed on that day. Null where nobody followed it, and where every symbol is summed. */
  followedSince: string | null;
  /**
   * The sums are not complete before it: a gap that began with the day ended, the symbol was first followed, or every symbol
   * began to be summed. Null where none of these is.
   */
  summedSince: string | null;
  /** No print arrives since then, and that goes on. Null where they arrive, and on other days than the present one. */
  interruptedSince: string | null;
  /** By notional, largest first. */
  largest: LargePrint[];
  /** Notional of prints that arrived late; counted in no other number. */
  late: { prints: number; notional: number };
  /** Null until the engine has said so. */
  scope: DarkpoolScope | null;
}

/** What the sums cover, as the engine reports it. */
export interface DarkpoolScope {
  /** `DARKPOOL_SYMBOLS`: the watched symbols, or every one of the market. */
  symbols: 'watched' | '*';
  /** Symbols that have quotes for the sums alone: 500 at most. Prints of a symbol without quotes are unknown. */
  quoted: number;
  /** Trades on exchanges passed by since the engine's start: nobody follows their symbols. None of them is a print. */
  shedTrades: number;
  /** When the last of them was; null before the first. */
  shedAt: string | null;
}

/** The symbols to follow, or undefined for all with prints. `null` is what some clients send for "no argument". */
export const darkpoolSymbolsSchema = z.union([
  symbolsSchema,
  z.union([z.undefined(), z.null()]).transform(() => undefined),
]);

const INVALID = `Expected no payload, or 1 to ${MAX_SYMBOLS_PER_REQUEST} symbols, as ["AAPL"] or {symbols: ["AAPL"]} with no other key`;

export const darkpoolCommands = {
  'subscribe:darkpool': command<{ type: 'darkpool'; symbols: string[] }>()({
    schema: darkpoolSymbolsSchema,
    invalid: INVALID,
    limit: { points: 10, seconds: 60 },
    reply: 'subscription:confirmed',
  }),
  'unsubscribe:darkpool': command<{ type: 'darkpool'; symbols: string[] }>()({
    schema: darkpoolSymbolsSchema,
    invalid: INVALID,
    limit: { points: 10, seconds: 60 },
    reply: 'unsubscription:confirmed',
  }),
};

export const darkpoolEvents = {
  'darkpool:update': event<DarkpoolPayload>()({ lane: 'state', topic: 'darkpool', subject: 'symbol' }),
};

export const darkpoolRoutes = {
  'GET /api/darkpool/sentiment': route<SentimentRow[]>()({
    summary: 'Off-exchange amounts of the day by symbol, the largest first',
    access: 'member',
  }),
  'GET /api/darkpool/:symbol': route<DarkpoolDay>()({
    summary: 'Off-exchange prints of a stock on one day: minutes, the largest prints, and gaps',
    access: 'member',
    params: { symbol: symbolSchema },
    query: z.strictObject({ day: daySchema.optional() }),
    refusals: ['UNKNOWN_SYMBOL', 'UNSUPPORTED_INSTRUMENT', 'NOT_IN_PLAN'],
  }),
  'GET /ws': route<void>()({
    summary: 'Opens the plain WebSocket of off-exchange totals',
    access: 'anyone',
    query: handshakeQuerySchema,
    statuses: [101],
    refusals: ['UPGRADE_REQUIRED', 'RATE_LIMITED'],
  }),
};
