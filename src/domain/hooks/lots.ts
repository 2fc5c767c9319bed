import { type Decimal, decimal, toNumber, ZERO } from '../../lib/decimal.ts';
import type { PortfolioHook } from '../../protocol/hooks.ts';

export type ReportedPosition = PortfolioHook['portfolio']['positions'][number];

/** Some senders report each purchase by itself: one position for each symbol, in the order of the first ones. */
export function mergeLots(positions: readonly ReportedPosition[]): ReportedPosition[] {
  const bySymbol = new Map<string, ReportedPosition[]>();
  for (const position of positions)
    bySymbol.set(position.symbol, [...(bySymbol.get(position.symbol) ?? []), position]);
  return [...bySymbol.values()].map((lots) => (lots.length === 1 ? lots[0]! : merge(lots)));
}

/** What only some of the lots say is not known of the whole. A percentage follows from the rest. */
function merge(lots: readonly ReportedPosition[]): ReportedPosition {
  const total = (read: (lot: ReportedPosition) => number | undefined): number | undefined => {
    const values = lots.map(read).filter((value) => value !== undefined);
    return values.length === lots.length ? toNumber(sum(values.map(decimal))) : undefined;
  };
  const quantity = sum(lots.map((lot) => decimal(lot.quantity)));
  const cost = sum(lots.map((lot) => decimal(lot.averagePrice).times(lot.quantity)));
  return {
    symbol: lots[0]!.symbol,
    quantity: toNumber(quantity),
    averagePrice: toNumber(cost.div(quantity)),
    price: lots.findLast(({ price }) => price !== undefined)?.price,
    marketValue: total((lot) => lot.marketValue),
    unrealizedPnl: total((lot) => lot.unrealizedPnl),
    dayChange: total((lot) => lot.dayChange),
  };
}

const sum = (values: readonly Decimal[]): Decimal => values.reduce((all, value) => all.plus(value), ZERO);
