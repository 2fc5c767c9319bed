import type { PriceListener } from '../../domain/market/quote-book.ts';
import type { Broker, BrokerEvent, BrokerOrder } from '../../domain/trading/broker.ts';
import type { MarketView } from '../../domain/trading/market-view.ts';
import type { Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import { createScope } from '../../lib/scope.ts';
import { createPaperBook } from './book.ts';
import { createMatcher } from './matcher.ts';
import { createSleepers } from './sleepers.ts';
import type { WorkingOrder } from './venue.ts';

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
  const enter = (order: BrokerOrder): WorkingOrder => {
    const entered = book.enter(order, clock.now());
    sleepers.add(entered);
    return entered;
  };

  const match = createMatcher({ book, market, clock, report });
  const matchAll = (symbols: Iterable<string>): void => {
    for (const symbol of symbols) match(symbol);
  };
  const running = createScope();
  running.add(onQuotes(matchAll), onPrices(sleepers.hear));

  return {
    async submit(order) {
      if (book.reported(order.id)) return;
      const entered = enter(order);
      // After the answer, as with a remote broker. The other orders have met this quote already.
      setImmediate(() => match(order.symbol, entered));
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
