import type { Quote } from '../../domain/market/quote.ts';
import type { Broker, BrokerEvent, BrokerOrder } from '../../domain/trading/broker.ts';
import type { Fitness } from '../../domain/trading/fit.ts';
import type { MarketView } from '../../domain/trading/market-view.ts';
import { isWithin, toBookPrice } from '../../domain/trading/prices.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Decimal } from '../../lib/decimal.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Side } from '../../protocol/orders.ts';
import { createPaperBook, type Venue, type WorkingOrder } from './book.ts';

export interface PaperBrokerOptions {
  readonly market: Pick<MarketView, 'quote' | 'fitness' | 'isOpen'>;
  /** Calls back with the symbols of quotes that just changed; returns what ends it. */
  readonly onQuotes: (listener: (symbols: Iterable<string>) => void) => () => void;
  readonly clock: Clock;
}

/**
 * Executes orders against the quotes of this process: purchases at the ask, sales at the bid (at the last price
 * where the feed has trades only), never past the order's bound, no more than the quoted size until the quote
 * changes. A stop order wakes when a trade reaches its price and is a protected market order from then on.
 * Without a fresh quote and an open market nothing fills. Orders end with the process; `adopt` brings them back.
 */
export function createPaperBroker({ market, onQuotes, clock }: PaperBrokerOptions): Broker {
  const book = createPaperBook();
  const reports = createEmitter<[BrokerEvent]>();

  const report = (event: BrokerEvent): void => {
    book.record(event);
    reports.emit(event);
  };

  const execute = (venue: Venue, working: WorkingOrder, quote: Quote, prices: Touch): void => {
    const { order } = working;
    working.triggered ||= reachesStop(order, prices.last);
    const price = prices[order.side];
    if (!working.triggered || !price || !isWithin(price, order.boundPrice, order.side)) return;
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
      at: clock.now(),
    });
  };

  /** Tries the orders in this symbol against its quote: all of them, or the one that has just arrived. */
  const match = (symbol: string, orderId?: string): void => {
    const venue = book.venue(symbol);
    if (!venue || venue.orders.size === 0 || !market.isOpen(symbol)) return;
    const quote = market.quote(symbol);
    if (!quote) return;
    const prices = touchOf(market.fitness(quote));
    const one = orderId === undefined ? undefined : book.working(orderId);
    for (const working of one ? [one] : venue.orders) execute(venue, working, quote, prices);
  };
  const matchAll = (symbols: Iterable<string>): void => {
    for (const symbol of symbols) match(symbol);
  };
  const stopWatching = onQuotes(matchAll);

  return {
    async submit(order) {
      if (book.reported(order.id)) return;
      book.enter(order, clock.now());
      // After the answer, as with a remote broker. The other orders have met this quote already.
      setImmediate(() => match(order.symbol, order.id));
    },
    find: async (orderId) => book.reported(orderId),
    async cancel(orderId) {
      const working = book.working(orderId);
      if (!working) throw new Error(`order ${orderId} is not working here`);
      book.leave(working);
      report({ type: 'cancelled', orderId, at: clock.now() });
    },
    async adopt(orders) {
      book.clear();
      for (const order of orders) book.enter(order, clock.now());
      setImmediate(() => matchAll(book.symbols()));
    },
    onEvent: (listener) => reports.on(listener),
    stop() {
      stopWatching();
      book.clear();
    },
  };
}

/** What each side would trade at, and the last price, read once for all orders in a symbol. */
interface Touch {
  readonly buy: Decimal | null;
  readonly sell: Decimal | null;
  readonly last: Decimal | null;
}

function touchOf(fitness: Fitness): Touch {
  const at = (side: Side): Decimal | null => {
    const price = fitness[side];
    return price && toBookPrice(price, side);
  };
  return { buy: at('buy'), sell: at('sell'), last: fitness.last };
}

function reachesStop({ stopPrice, side }: BrokerOrder, last: Decimal | null): boolean {
  return stopPrice !== null && last !== null && (side === 'buy' ? last.gte(stopPrice) : last.lte(stopPrice));
}
