import { type Decimal, decimal, round, toNumber, ZERO } from '../../lib/decimal.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { PortfolioHook } from '../../protocol/hooks.ts';
import type { PortfolioPayload, PositionPayload } from '../../protocol/portfolio.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import { notional } from '../instrument/notional.ts';
import { mergeLots } from './lots.ts';

type ReportedPosition = PortfolioHook['portfolio']['positions'][number];

const cents = (amount: Decimal): number => toNumber(round(amount));

/** Dollars that were paid. Throws VALIDATION for an adjusted contract that came without its values. */
function costOf({ symbol, averagePrice, quantity, marketValue, unrealizedPnl }: ReportedPosition): Decimal {
  if (instrumentOf(symbol).multiplier !== null)
    return notional(symbol, decimal(averagePrice), decimal(quantity));
  if (marketValue === undefined || unrealizedPnl === undefined)
    throw new TradecastError(
      'VALIDATION',
      `${symbol} is an adjusted contract: send its marketValue and its unrealizedPnl.`,
    );
  return decimal(marketValue).minus(unrealizedPnl);
}

/** What the sender left out follows from the rest, or stays out. A position without a price is valued at its cost. */
function positionToPayload(position: ReportedPosition): PositionPayload {
  const price = position.price ?? position.averagePrice;
  const cost = costOf(position);
  const value = decimal(
    position.marketValue ?? notional(position.symbol, decimal(price), decimal(position.quantity)),
  );
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
  positions: mergeLots(portfolio.positions.map(positionToPayload)),
  dayChange: portfolio.dayChange,
  dayChangePercent: portfolio.dayChangePercent,
  timestamp: new Date(now).toISOString(),
  source: 'external',
});
