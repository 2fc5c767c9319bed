import type { Quote } from '../../domain/market/quote.ts';
import type { Side } from '../../protocol/orders.ts';

/** What a quote offered on one side, and how much of it is used up. */
interface Offer {
  readonly price: number;
  readonly size: number;
  taken: number;
}

/** The size that quotes of one symbol still offer: each quoted share is traded once. */
export interface Offers {
  /** Whole shares; a feed without sizes offers any number. */
  left(side: Side, quote: Quote): number;
  take(side: Side, quantity: number): void;
}

export function createOffers(): Offers {
  const offers: Partial<Record<Side, Offer>> = {};

  return {
    left(side, quote) {
      const size = side === 'buy' ? quote.askSize : quote.bidSize;
      if (size === undefined) {
        offers[side] = undefined;
        return Number.MAX_SAFE_INTEGER;
      }
      const price = (side === 'buy' ? quote.ask : quote.bid) ?? quote.price;
      let offer = offers[side];
      if (offer?.price !== price || offer.size !== size) {
        offer = { price, size, taken: 0 };
        offers[side] = offer;
      }
      return Math.floor(offer.size) - offer.taken;
    },
    take(side, quantity) {
      const offer = offers[side];
      if (offer) offer.taken += quantity;
    },
  };
}
