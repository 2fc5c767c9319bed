/** Signals: what sources outside suggest to trade. Two numbered streams, `free` and `premium`. */
import { z } from 'zod';
import { command, event, route } from './declare.ts';
import { isDisplayName, isProse } from './display-text.ts';
import { CHANNEL_LIMIT, MAX_ORDER_QUANTITY, MAX_SIGNALS_PAGE } from './limits.ts';
import {
  countSchema,
  handshakeQuerySchema,
  keySchema,
  momentSchema,
  NO_PAYLOAD,
  nothingSchema,
  priceSchema,
  symbolSchema,
} from './schemas.ts';
import type { Tier } from './tier.ts';
import { epochSchema, type JournalPosition, seqSchema } from './trades.ts';

export const SIGNAL_STREAMS = ['free', 'premium'] as const;
/** `premium` is open to PROFESSIONAL and INSTITUTIONAL. A reader learns nothing of a stream that is not open. */
export type SignalStream = (typeof SIGNAL_STREAMS)[number];

export type SignalAction = 'buy' | 'sell' | 'close';

/** One revision of a signal. Prices are dollars, `confidence` is from 0 to 1. */
export interface SignalContent {
  id: string;
  revision: number;
  symbol: string;
  action: SignalAction;
  price?: number;
  stopPrice?: number;
  targetPrice?: number;
  quantity?: number;
  confidence?: number;
  source: string;
  author?: string;
  text?: string;
  premium: boolean;
  expiresAt?: string;
  timestamp: string;
  stream: SignalStream;
}

/** The same as readers get it: with its place in its stream. */
export type SignalPayload = SignalContent & JournalPosition;

/** GET /ws/stats: readers of `/ws/signals` on all replicas. A user counts once. */
export interface SignalStats {
  total_connections: number;
  active_users: number;
  users_by_tier: Record<Tier, number>;
  /** True where a replica may be missing, as while Redis is away. */
  partial?: boolean;
}

/** GET /api/signals, newest first. */
export interface SignalsPage {
  signals: SignalPayload[];
}

/** How far a stream goes, and whether everything after the reader's position follows. */
export interface SignalStreamState {
  epoch: string;
  head: number;
  recovered: boolean;
}

/** By stream; `premium` is there for those who may read it. */
export interface SignalStreamStates {
  free: SignalStreamState;
  premium?: SignalStreamState;
}

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(isProse, 'no control characters, none that turns the direction of the text');
const nameSchema = z
  .string()
  .trim()
  .max(64)
  .refine(isDisplayName, 'printable characters only, and one to see');

/** Names a sender; part of a signal's key. */
export const sourceSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'small letters, digits, - and _, at most 32');

/** POST /api/v1/external-signals/sync/signal and /hooks/signals. Its key is (source, id, revision). */
export const signalSchema = z.strictObject({
  id: keySchema,
  revision: z.int().min(1).max(1_000_000).default(1),
  symbol: symbolSchema,
  action: z.enum(['buy', 'sell', 'close']),
  price: priceSchema.optional(),
  stopPrice: priceSchema.optional(),
  targetPrice: priceSchema.optional(),
  quantity: z.number().positive().max(MAX_ORDER_QUANTITY).optional(),
  confidence: z.number().min(0).max(1).optional(),
  premium: z.boolean(),
  source: sourceSchema,
  author: nameSchema.optional(),
  text: text(2_000).optional(),
  expiresAt: momentSchema.optional(),
  timestamp: momentSchema,
});
export type SignalBody = z.output<typeof signalSchema>;

const DEFAULT_PAGE = 50;

/** The place of a signal in a list: what `before` takes. */
export const placeSchema = z
  .string()
  .regex(/^(free|premium):\d{1,15}$/, 'a stream and a number, such as free:12')
  .transform((text): { stream: SignalStream; seq: number } => {
    const [stream, seq] = text.split(':');
    return { stream: stream === 'premium' ? 'premium' : 'free', seq: Number(seq) };
  });

/** GET /api/signals: what the reader's tier may see, newest first. */
const signalsPageSchema = z.strictObject({
  limit: countSchema.pipe(z.int().min(1).max(MAX_SIGNALS_PAGE)).default(DEFAULT_PAGE),
  premiumOnly: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
  before: placeSchema.optional(),
  symbol: symbolSchema.optional(),
  source: sourceSchema.optional(),
});

/** Whether these bytes were accepted before. */
export interface SignalAccepted {
  duplicate: boolean;
}

const ingest = (summary: string) =>
  route<SignalAccepted>()({
    summary,
    access: 'source',
    body: signalSchema,
    statuses: [202, 200],
    refusals: ['FORBIDDEN', 'UNKNOWN_SYMBOL', 'CONFLICT', 'EXPIRED', 'RATE_LIMITED'],
  });

export const signalsRoutes = {
  'GET /api/signals': route<SignalsPage>()({
    summary: 'Signals that are open to the tier of the user, newest first',
    access: 'member',
    query: signalsPageSchema,
    refusals: ['NOT_FOUND'],
  }),
  'POST /api/v1/external-signals/sync/signal': ingest('Takes a signal of a source'),
  'POST /hooks/signals': ingest('Takes a signal of a source, beside the other hooks'),
  'GET /ws/stats': route<SignalStats>()({
    summary: 'How many read signals over the plain WebSocket, on all replicas',
    access: 'metrics',
    bare: true,
  }),
  'GET /ws/signals': route<void>()({
    summary: 'Opens the plain WebSocket of signals, whose messages are in /asyncapi.json',
    access: 'anyone',
    query: handshakeQuerySchema,
    statuses: [101],
    refusals: ['UPGRADE_REQUIRED', 'RATE_LIMITED'],
  }),
};

const positionSchema = z.strictObject({ epoch: epochSchema, after: seqSchema });
/** How far a reader has come in each stream. */
export const signalPositionsSchema = z.strictObject({
  free: positionSchema.optional(),
  premium: positionSchema.optional(),
});
export type SignalPositions = z.output<typeof signalPositionsSchema>;

export const signalsCommands = {
  'subscribe:signals': command<{ type: 'signals'; tier: Tier; streams: SignalStreamStates }>()({
    schema: z
      .strictObject({ positions: signalPositionsSchema.default({}) })
      // An `undefined` arrives as null.
      .nullish()
      .transform((payload) => payload?.positions ?? {}),
    invalid: 'Expected nothing, or {positions:{free:{epoch, after}, premium:{epoch, after}}}',
    limit: CHANNEL_LIMIT,
    reply: 'subscription:confirmed',
  }),
  'unsubscribe:signals': command<{ type: 'signals' }>()({
    schema: nothingSchema,
    invalid: NO_PAYLOAD,
    limit: { points: 10, seconds: 60 },
    reply: 'unsubscription:confirmed',
  }),
};

/** Both streams have both events: `stream` tells them apart. */
export const signalsEvents = {
  'signal:new': event<SignalContent>()({ lane: 'event', log: 'signals' }),
  'signal:updated': event<SignalContent>()({ lane: 'event', log: 'signals' }),
};
