/** The rules of the paper broker as one plain loop over all orders: what its books must agree with. */
import type { BrokerOrder } from '../../../src/domain/trading/broker.ts';
import { isWithin, toBookPrice } from '../../../src/domain/trading/prices.ts';
import { NOON, type StillMarket } from '../../support/trading.ts';

interface Kept {
  readonly order: BrokerOrder;
  filled: number;
  awake: boolean;
}

export interface PlainLoop {
  /** `id quantity price` of each fill. */
  readonly fills: string[];
  submit(order: BrokerOrder): void;
  cancel(id: string): boolean;
  /** The quote of the market has changed. */
  quote(symbol: string): void;
  price(symbol: string, price: number, since?: number): void;
  /** The open orders after a restart of the broker. */
  adopt(): BrokerOrder[];
}

export function createPlainLoop(market: StillMarket): PlainLoop {
  let kept: Kept[] = [];
  const prices = new Map<string, number[]>();
  const offers = new Map<string, { name: string; taken: number }>();
  const fills: string[] = [];

  const reaches = ({ stopPrice, side }: BrokerOrder, price: number): boolean =>
    stopPrice !== null && (side === 'buy' ? stopPrice.lte(price) : stopPrice.gte(price));

  function tryOne(one: Kept): void {
    const { order } = one;
    const { side, symbol } = order;
    const quote = market.quote(symbol);
    const fit = market.fitness(quote)[side];
    const price = fit && toBookPrice(fit, side);
    if (!market.open || !quote || !price || !one.awake || !isWithin(price, order.boundPrice, side)) return;
    const [at, size] = side === 'buy' ? [quote.ask, quote.askSize] : [quote.bid, quote.bidSize];
    const name = `${at ?? quote.price} ${size}`;
    let offer = offers.get(symbol + side);
    if (offer?.name !== name) offer = { name, taken: 0 };
    offers.set(symbol + side, offer);
    const quantity = Math.min(order.quantity - one.filled, (size ?? Number.POSITIVE_INFINITY) - offer.taken);
    if (quantity <= 0) return;
    if (size !== undefined) offer.taken += quantity;
    one.filled += quantity;
    if (one.filled === order.quantity) kept = kept.filter((other) => other !== one);
    fills.push(`${order.id} ${quantity} ${price}`);
  }

  function enter(order: BrokerOrder): Kept {
    const heard = (prices.get(order.symbol) ?? []).some((price) => reaches(order, price));
    const isLive = order.type !== 'stop' || order.filledQuantity > 0;
    // All trades here are made at noon: an order that was placed later has missed them.
    const awake = isLive || (heard && market.open && order.placedAt <= NOON);
    const one = { order, filled: order.filledQuantity, awake };
    kept.push(one);
    return one;
  }

  return {
    fills,
    submit: (order) => tryOne(enter(order)),
    cancel(id) {
      const before = kept.length;
      kept = kept.filter(({ order }) => order.id !== id);
      return kept.length < before;
    },
    quote(symbol) {
      for (const one of [...kept]) if (one.order.symbol === symbol) tryOne(one);
    },
    price(symbol, price, since) {
      if (since === undefined) prices.set(symbol, [...(prices.get(symbol) ?? []), price]);
      for (const one of kept) {
        const { order } = one;
        if (order.symbol !== symbol || !market.open || (since !== undefined && order.placedAt > since))
          continue;
        if (reaches(order, price)) one.awake = true;
      }
    },
    adopt() {
      const open = kept.map(({ order, filled }) => ({ ...order, filledQuantity: filled }));
      kept = [];
      offers.clear();
      for (const order of open) enter(order);
      for (const one of [...kept]) tryOne(one);
      return open;
    },
  };
}
