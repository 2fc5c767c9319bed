import type { Quote } from '../../domain/market/quote.ts';
import type { PriceListener } from '../../domain/market/quote-book.ts';
import type { Broker, BrokerEvent, BrokerOrder } from '../../domain/trading/broker.ts';
import type { Fitness } from '../../domain/trading/fit.ts';
import type { MarketView } from '../../domain/trading/market-view.ts';
import { isWithin, toBookPrice } from '../../domain/trading/prices.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Decimal } from '../../lib/decimal.ts';
import { createEmitter } from '../../lib/emitter.ts';
import { createScope } from '../../lib/scope.ts';
import type { Side } from '../../protocol/orders.ts';
import { createPaperBook, type Venue, type WorkingOrder } from './book.ts';
import { createSleepers } from './sleepers.ts';

export interface PaperBrokerOptions {
  readonly market: Pick<MarketView, 'quote' | 'fitness' | 'isOpen'>;
  /** Calls back with the symbols of quotes that just changed; returns what ends it. */
  readonly onQuotes: (listener: (symbols: Iterable<string>) => void) => () => void;
  /** Calls back with each price that became the last one; returns what ends it. */
  readonly onPrices: (listener: PriceListener) => () => void;
  readonly clock: Clock;
}

/**
 * Executes orders against the quotes of this process: purchases at the ask, sales at the bid (at the last price
 * where the feed carries neither), never past the order's bound, no more than the quoted size until the quote
 * changes. A stop order wakes when a trade reaches its price and is a protected market order from then on.
 * Without an open market and a quote that is fit to trade on nothing fills. Orders end with the process; `adopt` brings them back.
 */
export function createPaperBroker({ market, onQuotes, onPrices, clock }: PaperBrokerOptions): Broker {
  const book = createPaperBook();
  const reports = createEmitter<[BrokerEvent]>();

  const report = (event: BrokerEvent): void => {
    book.record(event);
    reports.emit(event);
  };

  const sleepers = createSleepers(book, market.isOpen);
  const enter = (order: BrokerOrder): void => {
    book.enter(order, clock.now());
    sleepers.add(order);
  };

  const execute = (venue: Venue, working: WorkingOrder, quote: Quote, prices: Touch): void => {
    const { order } = working;
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
      ...(quote.lastOnly && { basis: 'last-trade' as const }),
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
  const running = createScope();
  running.add(onQuotes(matchAll), onPrices(sleepers.hear));

  return {
    async submit(order) {
      if (book.reported(order.id)) return;
      enter(order);
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
      for (const order of orders) enter(order);
      setImmediate(() => matchAll(book.symbols()));
    },
    onEvent: (listener) => reports.on(listener),
    stop() {
      running.end();
      book.clear();
    },
  };
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
