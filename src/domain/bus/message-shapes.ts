import { z } from 'zod';
import type { Quote } from '../market/quote.ts';
import type { BusMessages, BusTopic } from './bus.ts';

const text = z.string().min(1);
const finite = z.number();
const count = z.number().nonnegative().optional();
/** As our replicas call themselves; it is shown to people. */
const replicaName = z.string().regex(/^[\w-]{1,64}$/);

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
  heartbeat: z.looseObject({
    replica: replicaName,
    at: finite,
    startedAt: finite,
    version: z.string().max(64).optional(),
    draining: z.boolean().optional(),
    connections: count,
    users: count,
    lease: finite.nullable().optional(),
    leaseSince: finite.nullable().optional(),
    executor: z.enum(['off', 'reconciling', 'trading']).optional(),
    feed: z.looseObject({ source: text, state: text }).nullable().optional(),
    redis: z.enum(['off', 'ok', 'down']).optional(),
    database: z.string().max(256).optional(),
    busLagMs: finite.nullable().optional(),
    drops: z.record(z.string(), finite).optional(),
    recoveries: z.record(z.string(), finite).optional(),
    totals: z.record(z.string(), finite).optional(),
    latency: z.record(z.string(), finite).nullable().optional(),
    queueBytes: count,
  }),
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

/** The latest time that a Date can hold, milliseconds since epoch. */
const MAX_TIME = 8.64e15;
const STATES: ReadonlySet<unknown> = new Set<Quote['state']>([
  'live',
  'delayed',
  'simulated',
  'replay',
  'stale',
  'closed',
]);
const isTime = (value: unknown): boolean => typeof value === 'number' && value > 0 && value <= MAX_TIME;
const isPrice = (value: unknown): boolean => Number.isFinite(value) && (value as number) > 0;
const isPriceOrNone = (value: unknown): boolean => value === undefined || isPrice(value);
const isSizeOrNone = (value: unknown): boolean => value === undefined || Number.isFinite(value);

function isQuote(quote: Partial<Record<keyof Quote, unknown>> | null): boolean {
  return (
    typeof quote === 'object' &&
    quote !== null &&
    typeof quote.symbol === 'string' &&
    quote.symbol !== '' &&
    STATES.has(quote.state) &&
    isTime(quote.sourceTime) &&
    isTime(quote.receivedAt) &&
    Number.isFinite(quote.volume) &&
    isPrice(quote.price) &&
    isPriceOrNone(quote.bid) &&
    isPriceOrNone(quote.ask) &&
    isSizeOrNone(quote.bidSize) &&
    isSizeOrNone(quote.askSize) &&
    isPriceOrNone(quote.open) &&
    isPriceOrNone(quote.high) &&
    isPriceOrNone(quote.low) &&
    isPriceOrNone(quote.previousClose)
  );
}

/** By hand: fifty times a second, hundreds of quotes each. */
function areQuotes(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { lease, after, seq, at, quotes } = message as Partial<Record<keyof BusMessages['quotes'], unknown>>;
  if (![lease, after, seq, at].every(Number.isFinite) || !Array.isArray(quotes)) return false;
  return quotes.every(isQuote);
}

export const isMessageOf = <T extends BusTopic>(topic: T, message: unknown): message is BusMessages[T] =>
  topic === 'quotes'
    ? areQuotes(message)
    : SHAPES[topic as Exclude<BusTopic, 'quotes'>].safeParse(message).success;
