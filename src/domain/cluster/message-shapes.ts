import { z } from 'zod';
import type { BusMessages, BusTopic } from './bus.ts';

const text = z.string().min(1);
const finite = z.number();

/**
 * What a message must have before any part here touches it. Loose: a newer replica may say more, and the message
 * is passed on as it came.
 */
const SHAPES: Readonly<Record<Exclude<BusTopic, 'quotes'>, z.ZodType>> = {
  journal: z.looseObject({
    userId: text,
    epoch: text,
    records: z.array(
      z.looseObject({
        seq: z.int().positive(),
        event: z.enum(['trade:executed', 'trade:failed', 'order:update']),
        payload: z.looseObject({}),
      }),
    ),
  }),
  portfolio: z.looseObject({ userId: text }),
  revoked: z.intersection(
    z.looseObject({ reason: z.enum(['logout', 'expired', 'banned']) }),
    z.union([z.looseObject({ sessionHash: text }), z.looseObject({ userId: text })]),
  ),
  demand: z.looseObject({ replica: text, symbols: z.array(text) }),
  // '' stands for everybody.
  orders: z.looseObject({ userId: z.string() }),
  heartbeat: z.looseObject({ replica: text, at: finite, startedAt: finite }),
  'lease:free': z.looseObject({ replica: text }),
  'feed:lost': z.looseObject({ replica: text, notBefore: finite, losses: finite }),
  'candles:asked': z.looseObject({ id: text, symbol: text }),
  candles: z.looseObject({
    id: text,
    candles: z.array(
      z.looseObject({
        start: finite,
        open: finite,
        high: finite,
        low: finite,
        close: finite,
        volume: finite,
      }),
    ),
  }),
};

/** By hand: fifty times a second, hundreds of quotes each. */
function areQuotes(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { lease, after, seq, at, quotes } = message as Partial<Record<keyof BusMessages['quotes'], unknown>>;
  if (![lease, after, seq, at].every(Number.isFinite) || !Array.isArray(quotes)) return false;
  return quotes.every(
    (quote) =>
      typeof quote === 'object' &&
      quote !== null &&
      typeof quote.symbol === 'string' &&
      quote.symbol !== '' &&
      Number.isFinite(quote.price) &&
      quote.price > 0,
  );
}

export const isMessageOf = <T extends BusTopic>(topic: T, message: unknown): message is BusMessages[T] =>
  topic === 'quotes'
    ? areQuotes(message)
    : SHAPES[topic as Exclude<BusTopic, 'quotes'>].safeParse(message).success;
