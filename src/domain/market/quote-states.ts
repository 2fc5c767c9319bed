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
  /** Since when it is known that the feed carries neither bid nor ask; null while it does. */
  let unquotedAt: number | null = null;

  const of = (symbol: string, receivedAt: number): QuoteState => {
    // Nothing trades while the market is closed, so a break has cost nothing.
    const isCurrent = session === 'closed' || flow.isCurrent(symbol, receivedAt);
    return quoteState(origin, feedStatus().state, flow.has(symbol) && isCurrent, session);
  };

  return {
    taken(books) {
      const quotes = books.takeChanged(of);
      if (!feedStatus().withoutQuotes) {
        unquotedAt = null;
        return quotes;
      }
      const since = unquotedAt ?? clock.now();
      unquotedAt = since;
      return quotes.map((quote) => toLastOnly(quote, since));
    },
    readSession() {
      const now = hours.session(clock.now());
      if (now === session) return false;
      session = now;
      return true;
    },
  };
}
