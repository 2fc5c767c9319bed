/**
 * How release 0.1 opens what arrives on the bus: a frozen copy. During a deployment replicas of this release receive the
 * messages of the next one. Do not change this file with the code; drop it with the BUS_VERSION that it speaks.
 */
import { z } from 'zod';

export const BUS_VERSION = 1;

const text = z.string().min(1);
const finite = z.number();
const count = finite.nonnegative().optional();
const counts = z.record(z.string(), finite);
const state = z.string().min(1).max(64);

const isPrice = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value > 0;
const isPriceOrNone = (value: unknown): boolean => value === undefined || isPrice(value);
const isSizeOrNone = (value: unknown): boolean => value === undefined || Number.isFinite(value);
const isTime = (value: unknown): boolean => isPrice(value) && (value as number) <= 8.64e15;
const isQuote = (quote: unknown): boolean => {
  if (typeof quote !== 'object' || quote === null) return false;
  const fields = quote as Record<string, unknown>;
  return (
    text.safeParse(fields.symbol).success &&
    text.safeParse(fields.state).success &&
    [fields.sourceTime, fields.receivedAt].every(isTime) &&
    Number.isFinite(fields.volume) &&
    isPrice(fields.price) &&
    [fields.bidSize, fields.askSize].every(isSizeOrNone) &&
    [fields.bid, fields.ask, fields.open, fields.high, fields.low, fields.previousClose].every(isPriceOrNone)
  );
};

const SHAPES: Readonly<Record<string, z.ZodType>> = {
  journal: z.looseObject({
    userId: text,
    epoch: text,
    records: z.array(z.looseObject({ seq: z.int().positive(), event: text, payload: z.looseObject({}) })),
  }),
  portfolio: z.looseObject({ userId: text }),
  revoked: z.intersection(
    z.looseObject({ reason: text }),
    z.union([z.looseObject({ sessionHash: text }), z.looseObject({ userId: text })]),
  ),
  // Release 0.1 wants the field, though nothing reads it.
  orders: z.looseObject({ userId: z.string() }),
  demand: z.looseObject({ replica: text, symbols: z.array(text) }),
  quotes: z.looseObject({
    lease: finite,
    after: finite,
    seq: finite,
    at: finite,
    quotes: z.array(z.unknown().refine(isQuote)),
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
  heartbeat: z.looseObject({
    replica: z.string().regex(/^[\w-]{1,64}$/),
    at: finite,
    startedAt: finite,
    version: z.string().max(64).optional(),
    draining: z.boolean().optional(),
    connections: count,
    users: count,
    lease: finite.nullable().optional(),
    leaseSince: finite.nullable().optional(),
    executor: state.optional(),
    feed: z.looseObject({ source: state, state }).nullable().optional(),
    redis: state.optional(),
    database: z.string().max(256).optional(),
    busLagMs: finite.nullable().optional(),
    drops: counts.optional(),
    recoveries: counts.optional(),
    totals: counts.optional(),
    latency: counts.nullable().optional(),
    queueBytes: count,
  }),
};

/** `unknown topic`: release 0.1 does not listen to it. Otherwise whether the message reaches its subscribers. */
export function olderBuildOpens(
  topic: string,
  envelope: { version: number; message: unknown },
): 'delivered' | 'dropped' | 'unknown topic' {
  const shape = SHAPES[topic];
  if (!shape) return 'unknown topic';
  if (envelope.version !== BUS_VERSION) return 'dropped';
  return shape.safeParse(envelope.message).success ? 'delivered' : 'dropped';
}
