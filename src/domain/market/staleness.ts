/** How far a quote can be trusted: what screens show, and what orders may rest on. */
import type { MarketSession } from '../../protocol/market.ts';
import type { QuoteState } from '../../protocol/quotes.ts';
import type { FeedStatus, PriceOrigin } from './feed.ts';
import type { Quote } from './quote.ts';

/**
 * A symbol of a live feed may be quiet for this long and still be traded. On the recorded days the busiest names pause
 * up to 69 seconds between trades. Beyond minutes, a price says little about the next one.
 */
export const MAX_QUIET_MS = 5 * 60_000;

/** A quote from further ahead of our clock is not trusted. */
export const MAX_AHEAD_MS = 60_000;

/** States whose price is the market's price now. `delayed`, `stale` and `closed` are not. */
const CURRENT: ReadonlySet<QuoteState> = new Set<QuoteState>(['live', 'simulated', 'replay']);

/**
 * Whether an order may rest on this quote.
 * A missing quote, a number that cannot be compared and an unknown state are not fresh.
 */
export function isFresh(quote: Quote | undefined, now: number): boolean {
  return quote !== undefined && CURRENT.has(quote.state) && quote.price > 0 && isNow(quote.receivedAt, now);
}

/** Whether what was received then may still be the market's price. False where it never was. */
export function isNow(receivedAt: number | undefined, now: number): boolean {
  if (receivedAt === undefined) return false;
  const age = now - receivedAt;
  return age <= MAX_QUIET_MS && age >= -MAX_AHEAD_MS;
}

/** The state of a symbol's quote. `flowing`: upstream has confirmed that it sends the symbol's ticks. */
export function quoteState(
  origin: PriceOrigin,
  feed: FeedStatus['state'],
  flowing: boolean,
  session: MarketSession,
): QuoteState {
  if (!flowing || (feed !== 'live' && feed !== 'delayed')) return 'stale';
  if (origin !== 'market') return origin;
  if (session === 'closed') return 'closed';
  return feed;
}
