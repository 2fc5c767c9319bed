import { type Decimal, decimal, round, toNumber, ZERO } from '../../lib/decimal.ts';
import type { PositionPayload } from '../../protocol/portfolio.ts';
import { instrumentOf } from '../instrument/instrument.ts';

/** Some senders report each purchase by itself: one position for each symbol, in the order of the first ones. */
export function mergeLots(positions: readonly PositionPayload[]): PositionPayload[] {
  const bySymbol = new Map<string, PositionPayload[]>();
  for (const position of positions)
    bySymbol.set(position.symbol, [...(bySymbol.get(position.symbol) ?? []), position]);
  return [...bySymbol.values()].map((lots) => (lots.length === 1 ? lots[0]! : merge(lots)));
}

function merge(lots: readonly PositionPayload[]): PositionPayload {
  const { symbol } = lots[0]!;
  const { multiplier } = instrumentOf(symbol);
  const quantity = sum(lots, (lot) => lot.quantity);
  const cost = lots
    .map((lot) => decimal(lot.averagePrice).times(lot.quantity))
    .reduce((all, one) => all.plus(one));
  const value = sum(lots, (lot) => lot.marketValue);
  const pnl = sum(lots, (lot) => lot.unrealizedPnl);
  const paid = value.minus(pnl);
  const isKnown = lots.every(({ dayChange }) => dayChange !== undefined);
  return {
    symbol,
    quantity: toNumber(quantity),
    averagePrice: toNumber(round(cost.div(quantity), 4)),
    // The one at which the whole has its value; the terms of an adjusted contract are not known.
    price:
      multiplier === null ? lots.at(-1)!.price : toNumber(round(value.div(quantity.times(multiplier)), 4)),
    marketValue: toNumber(value),
    unrealizedPnl: toNumber(pnl),
    unrealizedPnlPercent: paid.gt(ZERO) ? toNumber(round(pnl.div(paid).times(100), 4)) : 0,
    ...(isKnown && { dayChange: toNumber(sum(lots, (lot) => lot.dayChange ?? 0)) }),
    // A part of the value is a cost where one of them came without a price.
    priced: lots.every(({ priced }) => priced),
  };
}

const sum = (lots: readonly PositionPayload[], read: (lot: PositionPayload) => number): Decimal =>
  lots.map((lot) => decimal(read(lot))).reduce((all, one) => all.plus(one));
