import type { PriceListener } from '../../domain/market/quote-book.ts';
import type { BrokerOrder } from '../../domain/trading/broker.ts';
import type { PaperBook } from './book.ts';
import { createPriceTrail, type PriceTrail } from './price-trail.ts';

/** Stop orders that sleep: each trade that may set the last price can wake them, and nothing else. */
export interface Sleepers {
  /** An order that has just been entered: trades since it was placed count. */
  add(order: BrokerOrder): void;
  readonly hear: PriceListener;
}

export function createSleepers(
  book: Pick<PaperBook, 'venue' | 'working'>,
  isOpen: (symbol: string) => boolean,
): Sleepers {
  const trails = new Map<string, PriceTrail>();

  return {
    add({ id, symbol, side, stopPrice, placedAt }) {
      const working = book.working(id);
      const prices = trails.get(symbol)?.since(placedAt);
      if (!working || working.triggered || !stopPrice || !prices || !isOpen(symbol)) return;
      working.triggered = side === 'buy' ? stopPrice.lte(prices.high) : stopPrice.gte(prices.low);
    },
    hear(symbol, price, receivedAt, since) {
      const trail = trails.get(symbol) ?? createPriceTrail();
      trails.set(symbol, trail);
      // Nobody knows when in its minute such a price was made: it is for orders that were there before the minute.
      if (since === undefined) trail.add(price, receivedAt);
      for (const working of book.venue(symbol)?.orders ?? []) {
        const { stopPrice, side, placedAt } = working.order;
        if (working.triggered || !stopPrice || !isOpen(symbol)) continue;
        if (since !== undefined && placedAt > since) continue;
        working.triggered = side === 'buy' ? stopPrice.lte(price) : stopPrice.gte(price);
      }
    },
  };
}
