import { z } from 'zod';
import { command, event, route } from './declare.ts';
import { MAX_SYMBOLS_PER_REQUEST } from './limits.ts';
import { symbolSchema, symbolsSchema } from './schemas.ts';

/** How far a quote can be trusted and where it comes from. */
export type QuoteState = 'live' | 'delayed' | 'simulated' | 'replay' | 'stale' | 'closed';
export const QUOTE_STATES: readonly QuoteState[] = [
  'live',
  'delayed',
  'simulated',
  'replay',
  'stale',
  'closed',
];

export interface QuotePayload {
  symbol: string;
  price: number;
  /** Against the previous close, in dollars; 0 while that is unknown. */
  change: number;
  changePercent: number;
  /** Shares traded today. */
  volume: number;
  timestamp: string;
  bid?: number;
  ask?: number;
  open?: number;
  high?: number;
  low?: number;
  previousClose?: number;
  /** Trading in the symbol is halted or paused: orders wait, new ones are denied with SYMBOL_HALTED. */
  halted?: true;
  /** The feed carries neither bid nor ask: orders fill at the last trade. */
  fillBasis?: 'last-trade';
  state: QuoteState;
}

/** The stored watchlist, as PUT /api/watchlist takes it. */
export const watchlistSchema = z.strictObject({
  symbols: z
    .array(symbolSchema)
    .max(50)
    .transform((symbols) => [...new Set(symbols)]),
});

const INVALID_SYMBOLS = `Expected 1 to ${MAX_SYMBOLS_PER_REQUEST} symbols, as ["AAPL"] or {symbols: ["AAPL"]} with no other key`;

export const quotesCommands = {
  'subscribe:watchlist': command<{ type: 'watchlist'; symbols: string[] }>()({
    schema: symbolsSchema,
    invalid: INVALID_SYMBOLS,
    limit: { points: 10, seconds: 60 },
    reply: 'subscription:confirmed',
  }),
  'unsubscribe:watchlist': command<{ type: 'watchlist'; symbols: string[] }>()({
    schema: symbolsSchema,
    invalid: INVALID_SYMBOLS,
    limit: { points: 30, seconds: 60 },
    reply: 'unsubscription:confirmed',
  }),
};

export const quotesEvents = {
  'quote:update': event<QuotePayload>()({ lane: 'state', topic: 'quote', subject: 'symbol' }),
};

export const watchlistRoutes = {
  'GET /api/watchlist': route<{ symbols: readonly string[] }>()({
    summary: 'The saved watchlist',
    access: 'member',
  }),
  'PUT /api/watchlist': route<{ symbols: readonly string[] }>()({
    summary: 'Replaces the saved watchlist',
    access: 'member',
    body: watchlistSchema,
    refusals: ['UNKNOWN_SYMBOL', 'NOT_IN_PLAN'],
  }),
};
