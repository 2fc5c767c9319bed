import type { Clock } from '../../lib/clock.ts';
import type { QuoteState } from '../../protocol/quotes.ts';
import type { EngineBooks } from './engine-books.ts';
import type { FeedStatus, PriceOrigin } from './feed.ts';
import type { MarketHours } from './market-hours.ts';
import { type Quote, toLastOnly } from './quote.ts';
import { quoteState } from './staleness.ts';
import type { SymbolFlow } from './symbol-flow.ts';

/** The state of every quote: it follows the feed, the session and what upstream sends of the symbol. */
export interface QuoteStates {
  /** The changed quotes of the books, as they are to be told. */
  taken(books: Pick<EngineBooks, 'takeChanged'>): readonly Quote[];
  /** Reads the session. True where it has changed, and with it the state of every quote. */
  readSession(): boolean;
}

export interface QuoteStatesOptions {
  readonly origin: PriceOrigin;
  readonly hours: MarketHours;
  readonly clock: Clock;
  readonly flow: Pick<SymbolFlow, 'has' | 'isCurrent'>;
  readonly feedStatus: () => FeedStatus;
}

export function createQuoteStates({
  origin,
  hours,
  clock,
  flow,
  feedStatus,
}: QuoteStatesOptions): QuoteStates {
  let session = hours.session(clock.now());

  const of = (symbol: string, receivedAt: number): QuoteState => {
    // Nothing trades while the market is closed, so a break has cost nothing.
    const isCurrent = session === 'closed' || flow.isCurrent(symbol, receivedAt);
    return quoteState(origin, feedStatus().state, flow.has(symbol) && isCurrent, session);
  };

  return {
    taken(books) {
      const quotes = books.takeChanged(of);
      return feedStatus().withoutQuotes ? quotes.map(toLastOnly) : quotes;
    },
    readSession() {
      const now = hours.session(clock.now());
      if (now === session) return false;
      session = now;
      return true;
    },
  };
}
