import type { Quote } from '../../domain/market/quote.ts';
import type { BrokerFill } from '../../domain/trading/broker.ts';
import type { Fitness } from '../../domain/trading/fit.ts';
import type { MarketView } from '../../domain/trading/market-view.ts';
import { toBookPrice } from '../../domain/trading/prices.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Decimal } from '../../lib/decimal.ts';
import { type Side, sideSchema } from '../../protocol/orders.ts';
import type { PaperBook } from './book.ts';
import { mayFill, type Venue, type WorkingOrder } from './venue.ts';

/** Tries the orders in a symbol that its quote reaches, oldest first: all of them, or the one that has just arrived. */
export type Matcher = (symbol: string, arrived?: WorkingOrder) => void;

export interface MatcherParts {
  readonly book: Pick<PaperBook, 'venue' | 'isWorking' | 'leave'>;
  readonly market: Pick<MarketView, 'quote' | 'fitness' | 'isOpen'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly report: (fill: BrokerFill) => void;
}

export function createMatcher({ book, market, clock, report }: MatcherParts): Matcher {
  const execute = (venue: Venue, working: WorkingOrder, quote: Quote, price: Decimal): void => {
    const { order } = working;
    const open = order.quantity - working.filledQuantity;
    const quantity = Math.min(open, venue.offers.left(order.side, quote));
    if (!(quantity > 0)) return;
    venue.offers.take(order.side, quantity);
    working.filledQuantity += quantity;
    if (quantity === open) book.leave(working);
    report({
      type: 'fill',
      orderId: order.id,
      // An order is at each filled quantity once, so a fill that is repeated after a restart has the same id.
      executionId: `${order.id}-${working.filledQuantity}`,
      quantity,
      price,
      ...(quote.lastOnly && { basis: 'last-trade' as const }),
      at: clock.now(),
    });
  };

  return (symbol, arrived) => {
    const venue = book.venue(symbol);
    if (!venue || venue.isEmpty() || !market.isOpen(symbol)) return;
    const quote = market.quote(symbol);
    if (!quote) return;
    const prices = touchOf(market.fitness(quote));
    for (const working of arrived ? [arrived] : candidates(venue, quote, prices)) {
      const price = prices[working.order.side];
      // What was reported of the ones before may have ended it.
      if (price && book.isWorking(working) && mayFill(working, price)) execute(venue, working, quote, price);
    }
  };
}

const SIDES = sideSchema.options;

/** The orders that these prices reach, oldest first, of the sides on which the quote still offers something. */
function candidates({ offers, reached }: Venue, quote: Quote, prices: Touch): WorkingOrder[] {
  return SIDES.flatMap((side) => {
    const price = prices[side];
    const orders = price ? reached(side, price) : [];
    return orders.length > 0 && offers.left(side, quote) > 0 ? orders : [];
  }).sort((one, other) => one.number - other.number);
}

/** What each side would trade at, read once for all orders in a symbol. */
type Touch = Readonly<Record<Side, Decimal | null>>;

function touchOf(fitness: Fitness): Touch {
  const at = (side: Side): Decimal | null => {
    const price = fitness[side];
    return price && toBookPrice(price, side);
  };
  return { buy: at('buy'), sell: at('sell') };
}
