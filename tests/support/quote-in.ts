import type { Quote } from '../../src/domain/market/quote.ts';
import type { QuoteBook } from '../../src/domain/market/quote-book.ts';
import type { QuoteState } from '../../src/protocol/quotes.ts';

/** What the book tells of the symbol now; undefined while it has no price. Takes every other change with it. */
export function quoteIn(book: QuoteBook, symbol = 'AAPL', state: QuoteState = 'live'): Quote | undefined {
  book.touch(symbol);
  return book.takeChanged(() => state).find((quote) => quote.symbol === symbol);
}
