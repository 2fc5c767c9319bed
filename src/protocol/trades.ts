/** The event lane of one user: the channel, its position and the trades in it. */
import { z } from 'zod';
import { command, event } from './declare.ts';
import type { TradingCode } from './errors.ts';
import { CHANNEL_LIMIT } from './limits.ts';
import type { Side } from './orders.ts';
import { NO_PAYLOAD, nothingSchema } from './schemas.ts';

/** Where an order or a trade came from. */
export type TradeSource = 'dashboard' | 'api' | 'hook' | 'external' | 'demo';

export interface JournalPosition {
  epoch: string;
  seq: number;
}

export interface TradeExecutedPayload {
  id: string;
  orderId?: string;
  symbol: string;
  side: Side;
  quantity: number;
  price: number;
  status: 'filled' | 'partially_filled';
  timestamp: string;
  source: TradeSource;
}

export interface TradeFailedPayload {
  error: string;
  /** The sentence of `error` again, where clients look for that of an error. */
  message: string;
  code: TradingCode;
  signal: { symbol: string; side: Side; quantity: number };
  orderId?: string;
  timestamp: string;
  source: TradeSource;
}

export const epochSchema = z.string().min(1).max(64);
export const seqSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Nothing, or the client's position in the journal. */
const positionSchema = z
  .strictObject({ epoch: epochSchema, after: seqSchema })
  // An `undefined` arrives as null.
  .nullish()
  .transform((position) => position ?? undefined);

export const tradesCommands = {
  'subscribe:trades': command<{
    type: 'trades';
    epoch: string;
    head: number;
    recovered: boolean;
    timestamp: string;
  }>()({
    schema: positionSchema,
    invalid: 'Expected nothing, or {epoch, after}',
    limit: CHANNEL_LIMIT,
    reply: 'subscription:confirmed',
  }),
  'unsubscribe:trades': command<{ type: 'trades' }>()({
    schema: nothingSchema,
    invalid: NO_PAYLOAD,
    limit: { points: 10, seconds: 60 },
    reply: 'unsubscription:confirmed',
  }),
};

export const tradesEvents = {
  'trade:executed': event<TradeExecutedPayload>()({ lane: 'event', log: 'journal' }),
  'trade:failed': event<TradeFailedPayload>()({ lane: 'event', log: 'journal' }),
  'journal:head': event<JournalPosition>()({ lane: 'state', topic: 'journal' }),
};
