import { type Decimal, decimal, round, toNumber, ZERO } from '../../lib/decimal.ts';
import type { PortfolioHook } from '../../protocol/hooks.ts';
import type { PortfolioPayload, PositionPayload } from '../../protocol/portfolio.ts';

type ReportedPosition = PortfolioHook['portfolio']['positions'][number];

const cents = (amount: Decimal): number => toNumber(round(amount));

/** What the sender left out follows from what it told, or stays out; without a price a position is valued at its cost. */
function positionToPayload(position: ReportedPosition): PositionPayload {
  const price = position.price ?? position.averagePrice;
  const cost = decimal(position.averagePrice).times(position.quantity);
  const value = decimal(position.marketValue ?? decimal(price).times(position.quantity));
  const pnl = decimal(position.unrealizedPnl ?? value.minus(cost));
  const percent = cost.gt(ZERO) ? round(pnl.div(cost).times(100), 4) : ZERO;
  return {
    symbol: position.symbol,
    quantity: position.quantity,
    averagePrice: position.averagePrice,
    price,
    marketValue: cents(value),
    unrealizedPnl: cents(pnl),
    unrealizedPnlPercent: position.unrealizedPnlPercent ?? toNumber(percent),
    ...(position.dayChange !== undefined && { dayChange: position.dayChange }),
    priced: position.price !== undefined || position.marketValue !== undefined,
  };
}

/** A reported portfolio as the user sees it; `now` is milliseconds since epoch. */
export const externalPortfolio = (portfolio: PortfolioHook['portfolio'], now: number): PortfolioPayload => ({
  totalValue: portfolio.totalValue,
  cash: portfolio.cash,
  equity: portfolio.equity,
  positions: portfolio.positions.map(positionToPayload),
  dayChange: portfolio.dayChange,
  dayChangePercent: portfolio.dayChangePercent,
  timestamp: new Date(now).toISOString(),
  source: 'external',
});
