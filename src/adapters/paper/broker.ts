import type { Quote } from '../../domain/market/quote.ts';
import type { Broker, BrokerEvent, BrokerOrder } from '../../domain/trading/broker.ts';
import type { MarketView } from '../../domain/trading/market-view.ts';
import { isWithin, readPrice, referencePrice, toBookPrice } from '../../domain/trading/prices.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Decimal } from '../../lib/decimal.ts';
import type { Side } from '../../protocol/orders.ts';

export interface PaperBrokerOptions {
  readonly market: Pick<MarketView, 'quote' | 'isFresh' | 'isOpen'>;
  /** Calls back with the symbols of quotes that just changed; returns what ends it. */
  readonly onQuotes: (listener: (symbols: Iterable<string>) => void) => () => void;
  readonly clock: Clock;
}

interface WorkingOrder {
  readonly order: BrokerOrder;
  filledQuantity: number;
  /** A stop order waits for its price; everything else is live at once. */
  triggered: boolean;
}

/** What a quote still offers on one side. */
interface Offered {
  readonly price: number;
  readonly size: number;
  taken: number;
}

/** The orders in one symbol, oldest first, and how much of the quote they have used up. */
interface Venue {
  readonly orders: Set<WorkingOrder>;
  buy?: Offered;
  sell?: Offered;
}

/** Ended orders that `find` still knows: more than the executor can have in the air. */
const REMEMBERED_ORDERS = 1_000;

/**
 * Executes orders against the quotes of this process: purchases at the ask, sales at the bid (at the last price
 * where the feed has trades only), never past the order's bound, no more than the quoted size until the quote
 * changes. A stop order wakes when a trade reaches its price and is a protected market order from then on.
 * Without a fresh quote and an open market nothing fills. Orders end with the process; `adopt` brings them back.
 */
export function createPaperBroker({ market, onQuotes, clock }: PaperBrokerOptions): Broker {
  const venues = new Map<string, Venue>();
  const working = new Map<string, WorkingOrder>();
  /** All that was ever said of an order: of the working ones, and of the last that ended. */
  const history = new Map<string, BrokerEvent[]>();
  const listeners = new Set<(event: BrokerEvent) => void>();

  const emit = (event: BrokerEvent): void => {
    history.get(event.orderId)?.push(event);
    for (const listener of listeners) listener(event);
  };

  const enter = (order: BrokerOrder): void => {
    const { symbol } = order;
    const { filledQuantity } = order;
    const entered = { order, filledQuantity, triggered: order.type !== 'stop' || filledQuantity > 0 };
    working.set(order.id, entered);
    history.set(order.id, [{ type: 'accepted', orderId: order.id, at: clock.now() }]);
    const venue = venues.get(symbol);
    if (venue) venue.orders.add(entered);
    else venues.set(symbol, { orders: new Set([entered]) });
  };

  const leave = (left: WorkingOrder): void => {
    const { id, symbol } = left.order;
    working.delete(id);
    forgetOldest(history, working);
    // The venue stays, because it remembers what the quote has no longer to offer.
    venues.get(symbol)?.orders.delete(left);
  };

  const execute = (venue: Venue, entered: WorkingOrder, quote: Quote, prices: Touch): void => {
    const { order } = entered;
    entered.triggered ||= reachesStop(order, prices.last);
    const price = prices[order.side];
    if (!entered.triggered || !price || !isWithin(price, order.boundPrice, order.side)) return;
    const quantity = Math.min(order.quantity - entered.filledQuantity, leftOf(venue, order.side, quote));
    if (!(quantity > 0)) return;
    const offer = venue[order.side];
    if (offer) offer.taken += quantity;
    entered.filledQuantity += quantity;
    if (entered.filledQuantity === order.quantity) leave(entered);
    emit({
      type: 'fill',
      orderId: order.id,
      // An order is at each filled quantity once, so what is done again after a restart has the same id.
      executionId: `${order.id}-${entered.filledQuantity}`,
      quantity,
      price,
      at: clock.now(),
    });
  };

  /** Tries the orders in this symbol against its quote: all of them, or the one that has just come. */
  const match = (symbol: string, orderId?: string): void => {
    const venue = venues.get(symbol);
    if (!venue || venue.orders.size === 0 || !market.isOpen(symbol)) return;
    const quote = market.quote(symbol);
    if (!quote || !market.isFresh(quote)) return;
    const prices = touchOf(quote);
    const entered = orderId === undefined ? undefined : working.get(orderId);
    for (const order of entered ? [entered] : venue.orders) execute(venue, order, quote, prices);
  };

  const clear = (): void => {
    venues.clear();
    working.clear();
    history.clear();
  };

  const stopWatching = onQuotes((symbols) => {
    for (const symbol of symbols) match(symbol);
  });

  return {
    async submit(order) {
      if (history.has(order.id)) return;
      enter(order);
      // After the answer, as with a broker that is far away. The others have met this quote already.
      setImmediate(() => match(order.symbol, order.id));
    },
    find: async (orderId) => history.get(orderId) ?? null,
    async cancel(orderId) {
      const entered = working.get(orderId);
      if (!entered) throw new Error(`order ${orderId} is not working here`);
      leave(entered);
      emit({ type: 'cancelled', orderId, at: clock.now() });
    },
    async adopt(orders) {
      clear();
      for (const order of orders) enter(order);
      setImmediate(() => {
        for (const symbol of [...venues.keys()]) match(symbol);
      });
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      stopWatching();
      clear();
    },
  };
}

/** What each side would trade at, and the last price, read once for all orders in a symbol. */
interface Touch {
  readonly buy: Decimal | null;
  readonly sell: Decimal | null;
  readonly last: Decimal | null;
}

function touchOf(quote: Quote): Touch {
  const at = (side: Side): Decimal | null => {
    const price = referencePrice(quote, side);
    return price && toBookPrice(price, side);
  };
  return { buy: at('buy'), sell: at('sell'), last: readPrice(quote.price) };
}

function reachesStop({ stopPrice, side }: BrokerOrder, last: Decimal | null): boolean {
  return stopPrice !== null && last !== null && (side === 'buy' ? last.gte(stopPrice) : last.lte(stopPrice));
}

/** Shares the quote still offers to the side; a feed without sizes offers any number. */
function leftOf(venue: Venue, side: Side, quote: Quote): number {
  const size = side === 'buy' ? quote.askSize : quote.bidSize;
  if (size === undefined) {
    venue[side] = undefined;
    return Number.MAX_SAFE_INTEGER;
  }
  const price = (side === 'buy' ? quote.ask : quote.bid) ?? quote.price;
  let offer = venue[side];
  if (offer?.price !== price || offer.size !== size) {
    offer = { price, size, taken: 0 };
    venue[side] = offer;
  }
  return Math.floor(offer.size) - offer.taken;
}

function forgetOldest(history: Map<string, BrokerEvent[]>, working: ReadonlyMap<string, unknown>): void {
  if (history.size - working.size <= REMEMBERED_ORDERS) return;
  for (const id of history.keys()) {
    if (working.has(id)) continue;
    history.delete(id);
    return;
  }
}
