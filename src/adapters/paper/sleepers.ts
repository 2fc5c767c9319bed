import type { PriceListener } from '../../domain/market/quote-book.ts';
import type { PaperBook } from './book.ts';
import { createPriceTrail, type PriceTrail } from './price-trail.ts';
import { isReached, type WorkingOrder } from './venue.ts';

/** Stop orders that sleep: each trade that may set the last price can wake them, and nothing else. */
export interface Sleepers {
  /** An order that has just been entered: trades since it was placed count. */
  add(working: WorkingOrder): void;
  readonly hear: PriceListener;
}

export function createSleepers(
  book: Pick<PaperBook, 'venue'>,
  isOpen: (symbol: string) => boolean,
): Sleepers {
  const trails = new Map<string, PriceTrail>();

  return {
    add(working) {
      const { order, triggered } = working;
      const prices = trails.get(order.symbol)?.since(order.placedAt);
      if (triggered || !prices || !isReached(order, prices.low, prices.high)) return;
      if (isOpen(order.symbol)) book.venue(order.symbol)?.wake(working);
    },
    hear(symbol, price, receivedAt, since) {
      const trail = trails.get(symbol) ?? createPriceTrail();
      trails.set(symbol, trail);
      // Nobody knows when in its minute such a price was made: it is for orders that were there before the minute.
      if (since === undefined) trail.add(price, receivedAt);
      const venue = book.venue(symbol);
      const reached = venue?.reachedStops(price) ?? [];
      if (reached.length === 0 || !isOpen(symbol)) return;
      for (const working of reached)
        if (since === undefined || working.order.placedAt <= since) venue?.wake(working);
    },
  };
}
