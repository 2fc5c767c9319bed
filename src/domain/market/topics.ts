import { z } from 'zod';
import { defineTopic } from '../bus/topic.ts';
import type { Candle } from './candle.ts';
import { createQuoteConflation } from './quote-conflation.ts';
import { isQuotesMessage, MAX_QUOTES_AGE_MS, type QuotesMessage } from './quotes-message.ts';

const text = z.string().min(1);
const finite = z.number();

export const quotesTopic = defineTopic<QuotesMessage>({
  name: 'quotes',
  maxAgeMs: MAX_QUOTES_AGE_MS,
  shape: isQuotesMessage,
  conflation: createQuoteConflation,
});

/** Symbols this replica needs quotes of. With `resync` the engine publishes each of them again, changed or not. */
export interface DemandMessage {
  readonly replica: string;
  readonly symbols: readonly string[];
  readonly resync?: boolean;
}
export const demandTopic = defineTopic<DemandMessage>({
  name: 'demand',
  // A replica repeats its whole demand every ten seconds; an older message must not undo a newer one.
  maxAgeMs: 5_000,
  shape: z.looseObject({ replica: text, symbols: z.array(text) }),
});

/**
 * Upstream gave our one place to an outsider:
 * no engine asks for it before `notBefore`. `losses` counts the losses in a row.
 */
export interface FeedLostMessage {
  readonly replica: string;
  readonly notBefore: number;
  readonly losses: number;
}
export const feedLostTopic = defineTopic<FeedLostMessage>({
  name: 'feed:lost',
  // The next engine meets the refusal by itself; the message that spares it is good for as long as it names.
  maxAgeMs: 60_000,
  shape: z.looseObject({ replica: text, notBefore: finite, losses: finite }),
});

/** A replica that is not the engine asks for today's candles of a symbol; the engine answers with `candles`. */
export interface CandlesAskedMessage {
  readonly id: string;
  readonly symbol: string;
}
export const candlesAskedTopic = defineTopic<CandlesAskedMessage>({
  name: 'candles:asked',
  // The replica that asked has given up by then.
  maxAgeMs: 5_000,
  shape: z.looseObject({ id: text, symbol: text }),
});

export interface CandlesMessage {
  readonly id: string;
  readonly candles: readonly Candle[];
}
export const candlesTopic = defineTopic<CandlesMessage>({
  name: 'candles',
  maxAgeMs: 5_000,
  shape: z.looseObject({
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
});

export const MARKET_TOPICS = [quotesTopic, demandTopic, feedLostTopic, candlesAskedTopic, candlesTopic];
