/** The market by request: what its routes take and answer. */
import { z } from 'zod';
import { route } from './declare.ts';
import { MAX_BARS } from './limits.ts';
import type {
  CandlePayload,
  HistoryPayload,
  InstrumentPayload,
  MarketQuotePayload,
  MarketStatusPayload,
  SearchPayload,
  SnapshotPayload,
} from './market.ts';
import type { QuotePayload } from './quotes.ts';
import { countSchema, handshakeQuerySchema, symbolSchema } from './schemas.ts';

const MAX_MATCHES = 50;
const DEFAULT_MATCHES = 20;
/** A whole day in minutes is one bar of a day. */
const MAX_MULTIPLIER = 1_440;

/** `YYYY-MM-DD` in New York, or milliseconds since epoch. */
const momentSchema = z.string().regex(/^(\d{4}-\d{2}-\d{2}|\d{1,16})$/, 'a day (YYYY-MM-DD) or milliseconds');

const historySchema = z.strictObject({
  from: momentSchema,
  to: momentSchema,
  timespan: z.enum(['minute', 'hour', 'day', 'week', 'month']).default('day'),
  multiplier: countSchema.pipe(z.int().min(1).max(MAX_MULTIPLIER)).default(1),
  adjusted: z.enum(['true', 'false']).default('true'),
  limit: countSchema.pipe(z.int().min(1).max(MAX_BARS)).default(MAX_BARS),
});
const typedText = z.string().trim().max(64).default('');

/** What a source answers about one symbol, or why it does not. */
const ABOUT_A_SYMBOL = ['UNKNOWN_SYMBOL', 'NOT_IN_PLAN'] as const;

export const marketRoutes = {
  'GET /api/quotes': route<QuotePayload[]>()({
    summary: 'The known quotes of a list of symbols',
    access: 'member',
    query: z.strictObject({ symbols: z.string().max(4_000) }),
    refusals: ['UNSUPPORTED_INSTRUMENT'],
  }),
  'GET /api/market/status': route<MarketStatusPayload>()({
    summary: 'Whether the market is open',
    access: 'member',
  }),
  'GET /api/symbols': route<InstrumentPayload[]>()({
    summary: 'At most 20 instruments, best match first',
    access: 'member',
    query: z.strictObject({ q: typedText }),
  }),
  'GET /api/candles': route<CandlePayload[]>()({
    summary: 'The minutes of today',
    access: 'member',
    query: z.strictObject({ symbol: symbolSchema }),
  }),
  'GET /api/market/quote/:symbol': route<MarketQuotePayload>()({
    summary: 'The quote of any symbol',
    access: 'member',
    params: { symbol: symbolSchema },
    refusals: ABOUT_A_SYMBOL,
  }),
  'GET /api/market/snapshot/:symbol': route<SnapshotPayload>()({
    summary: 'The quote with the last trade, the day and the day before',
    access: 'member',
    params: { symbol: symbolSchema },
    refusals: ABOUT_A_SYMBOL,
  }),
  'GET /api/market/historical/:symbol': route<HistoryPayload>()({
    summary: 'Bars of a range of time, oldest first',
    access: 'member',
    params: { symbol: symbolSchema },
    query: historySchema,
    refusals: ABOUT_A_SYMBOL,
  }),
  'GET /api/socket': route<void>()({
    summary: 'Opens the plain WebSocket, whose messages are in /asyncapi.json',
    access: 'anyone',
    query: handshakeQuerySchema,
    statuses: [101],
    refusals: ['UPGRADE_REQUIRED', 'RATE_LIMITED'],
  }),
  'GET /api/market/search': route<SearchPayload[]>()({
    summary: 'Instruments by symbol or name, best match first',
    access: 'member',
    query: z.strictObject({
      q: typedText,
      limit: countSchema.pipe(z.int().min(1).max(MAX_MATCHES)).default(DEFAULT_MATCHES),
    }),
  }),
};
