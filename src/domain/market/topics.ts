import { z } from 'zod';
import { defineTopic } from '../bus/topic.ts';
import type { Candle } from './candle.ts';
import { createQuoteConflation } from './quote-conflation.ts';
import { isQuotesMessage, MAX_QUOTES_AGE_MS, type QuotesMessage } from './quotes-message.ts';

const text = z.string().min(1);
const finite = z.number();

/** Symbols this replica needs quotes of. With `resync` the engine publishes each of them again, changed or not. */
export interface DemandMessage {
  readonly replica: string;
  readonly symbols: readonly string[];
  readonly resync?: boolean;
}

/**
 * Upstream gave our one place to an outsider:
 * no engine asks for it before `notBefore`. `losses` counts the losses in a row.
 */
export interface FeedLostMessage {
  readonly replica: string;
  readonly notBefore: number;
  readonly losses: number;
}

/** A replica that is not the engine asks for today's candles of a symbol; the engine answers with `candles`. */
export interface CandlesAskedMessage {
  readonly id: string;
  readonly symbol: string;
}

export interface CandlesMessage {
  readonly id: string;
  readonly candles: readonly Candle[];
}

const candleShape = z.looseObject({
  start: finite,
  open: finite,
  high: finite,
  low: finite,
  close: finite,
  volume: finite,
});

/** What the replicas send each other about one feed. */
const defineMarketTopics = <Prefix extends string>(prefix: Prefix) => ({
  quotes: defineTopic<QuotesMessage>({
    name: `${prefix}quotes`,
    maxAgeMs: MAX_QUOTES_AGE_MS,
    shape: isQuotesMessage,
    conflation: createQuoteConflation,
  }),
  demand: defineTopic<DemandMessage>({
    name: `${prefix}demand`,
    // A replica repeats its whole demand every ten seconds; an older message must not undo a newer one.
    maxAgeMs: 5_000,
    shape: z.looseObject({ replica: text, symbols: z.array(text) }),
  }),
  feedLost: defineTopic<FeedLostMessage>({
    name: `${prefix}feed:lost`,
    // The next engine meets the refusal by itself; the message that spares it is good for as long as it names.
    maxAgeMs: 60_000,
    shape: z.looseObject({ replica: text, notBefore: finite, losses: finite }),
  }),
  candlesAsked: defineTopic<CandlesAskedMessage>({
    name: `${prefix}candles:asked`,
    // The replica that asked has given up by then.
    maxAgeMs: 5_000,
    shape: z.looseObject({ id: text, symbol: text }),
  }),
  candles: defineTopic<CandlesMessage>({
    name: `${prefix}candles`,
    maxAgeMs: 5_000,
    shape: z.looseObject({ id: text, candles: z.array(candleShape) }),
  }),
});
export type MarketTopics = ReturnType<typeof defineMarketTopics>;

/** Each feed has its own messages: trouble with one leaves the other alone. */
export const STOCK_TOPICS = defineMarketTopics('');
export const OPTION_TOPICS = defineMarketTopics('options:');

export const MARKET_TOPICS = [...Object.values(STOCK_TOPICS), ...Object.values(OPTION_TOPICS)];
