/** Signals: what sources outside suggest to trade. Two numbered streams, `free` and `premium`. */
import { z } from 'zod';
import { MAX_ORDER_QUANTITY } from './limits.ts';
import { keySchema, priceSchema, symbolSchema } from './schemas.ts';
import type { JournalPosition } from './trades.ts';

export const SIGNAL_STREAMS = ['free', 'premium'] as const;
/** `premium` is open to PROFESSIONAL and INSTITUTIONAL. A reader learns nothing of a stream that is not open. */
export type SignalStream = (typeof SIGNAL_STREAMS)[number];

export type SignalAction = 'buy' | 'sell' | 'close';

/** One revision of a signal as readers get it. Prices are dollars, `confidence` is from 0 to 1. */
export interface SignalPayload extends JournalPosition {
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

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value.replace(/\n/g, '')), 'no control characters');

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
  author: text(64).optional(),
  text: text(2_000).optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  timestamp: z.iso.datetime({ offset: true }),
});
export type SignalBody = z.output<typeof signalSchema>;
