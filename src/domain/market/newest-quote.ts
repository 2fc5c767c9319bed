import { TradecastError } from '../../protocol/errors.ts';
import type { MarketQuotePayload } from '../../protocol/market.ts';
import { type Quote, quoteToPayload } from './quote.ts';

/**
 * What is watched, else what the source answers. A stale quote may be hours old, because nobody has watched the symbol
 * since: it serves only where the source has nothing newer, or does not answer. Throws the other errors of `ask`.
 */
export async function newestQuote(
  watched: Quote | undefined,
  ask: () => MarketQuotePayload | Promise<MarketQuotePayload>,
): Promise<MarketQuotePayload> {
  if (!watched) return ask();
  const streamed: MarketQuotePayload = { ...quoteToPayload(watched), source: 'stream' };
  if (watched.state !== 'stale') return streamed;
  try {
    const answered = await ask();
    return watched.sourceTime > Date.parse(answered.timestamp) ? streamed : answered;
  } catch (error) {
    if (isWithoutAnswer(error)) return streamed;
    throw error;
  }
}

/** The source is away, or may not say: it does not deny that the symbol exists. */
const isWithoutAnswer = (error: unknown): boolean =>
  error instanceof TradecastError && (error.code === 'UNAVAILABLE' || error.code === 'NOT_IN_PLAN');
