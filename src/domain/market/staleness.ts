/** How far a quote can be trusted. What screens show and what orders may rest on comes from here. */
import type { MarketSession } from '../../protocol/market.ts';
import type { QuoteState } from '../../protocol/quotes.ts';
import type { FeedStatus, PriceOrigin } from './feed.ts';
import type { Quote } from './quote.ts';

/**
 * A symbol whose feed is alive may be quiet for this long and still be traded against. On the recorded days the
 * busiest names pause up to 69 seconds between trades; beyond minutes, a price says little about the next one.
 */
export const MAX_QUIET_MS = 5 * 60_000;

/** A quote from further ahead of our clock than this is not believed. */
export const MAX_AHEAD_MS = 60_000;

/** States whose price is the market's price now. `delayed`, `stale` and `closed` are not. */
const CURRENT: ReadonlySet<QuoteState> = new Set<QuoteState>(['live', 'simulated', 'replay']);

/** Whether an order may rest on this quote. No quote, an odd number, an unknown state: not fresh. */
export function isFresh(quote: Quote | undefined, now: number): boolean {
  if (quote === undefined) return false;
  const age = now - quote.receivedAt;
  return CURRENT.has(quote.state) && quote.price > 0 && age <= MAX_QUIET_MS && age >= -MAX_AHEAD_MS;
}

/** The state of a symbol's quote. `flowing`: upstream has confirmed that the symbol's ticks reach us. */
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
