import { type Decimal, decimal, max, round, toNumber, ZERO } from '../../lib/decimal.ts';
import type { PortfolioPayload, PositionPayload } from '../../protocol/portfolio.ts';
import { notional } from '../instrument/notional.ts';
import type { Quote } from '../market/quote.ts';
import type { Holdings, Position } from './holdings.ts';
import { isCountable, type Mark, markOf } from './marks.ts';
import { sharesOf } from './split-terms.ts';

const ONE = decimal(1);

type QuoteOf = (symbol: string) => Quote | undefined;

const PERCENT_DECIMALS = 4;
const AVERAGE_PRICE_DECIMALS = 6;

const percentOf = (part: Decimal, whole: Decimal): number =>
  whole.gt(0) ? toNumber(round(part.div(whole).times(100), PERCENT_DECIMALS)) : 0;

/** Average purchase price, dollars; 0 without shares, and for a contract whose number of shares is not known. */
export function averagePrice(position: Position): Decimal {
  const { symbol } = position;
  const shares = sharesOf(position);
  return shares.gt(0) && isCountable(symbol)
    ? round(costOf(position).div(notional(symbol, ONE, shares)), AVERAGE_PRICE_DECIMALS)
    : ZERO;
}

/** What all shares were bought for, with the fraction that waits for its sale. */
const costOf = ({ cost, fractionCost }: Position): Decimal => cost.plus(fractionCost);

const realizedToday = (position: Position, today: string): Decimal =>
  position.day === today ? position.realized.minus(position.dayStartRealized) : ZERO;

const worth = (symbol: string, price: Decimal | null, shares: Decimal): Decimal =>
  price && shares.gt(0) ? notional(symbol, price, shares) : ZERO;

/**
 * Profit or loss of one symbol since the previous close: the shares held now at their mark, plus the day's
 * sales, minus the day's purchases, minus the morning's shares at the previous close. Null where a price is missing: that
 * of now, or the previous close of shares that were held this morning.
 */
export function dayChange(position: Position, mark: Mark, today: string): Decimal | null {
  const { symbol } = position;
  const { price, previousClose } = mark;
  const shares = sharesOf(position);
  const traded = position.day === today;
  const atStart = traded ? position.fraction.plus(position.dayStartQuantity) : shares;
  if (!(price || shares.eq(0)) || !(previousClose || atStart.eq(0))) return null;
  return worth(symbol, price, shares)
    .plus(traded ? position.dayFlow : ZERO)
    .minus(worth(symbol, previousClose, atStart));
}

/** The same, or what the day realised where a price is missing. */
const knownDayChange = (position: Position, mark: Mark, today: string): Decimal =>
  dayChange(position, mark, today) ?? realizedToday(position, today);

/**
 * Dollars lost today over all positions, 0 on a day of gains. A position without a price, or without a previous close,
 * counts with what it realised today: no symbol keeps the loss of the others from being known.
 */
export function dailyLoss(positions: readonly Position[], quoteOf: QuoteOf, today: string): Decimal {
  const changes = positions.map((position) =>
    knownDayChange(position, markOf(position, quoteOf(position.symbol), today), today),
  );
  return max(
    changes.reduce((loss, change) => loss.minus(change), ZERO),
    ZERO,
  );
}

/** The wire's view of an account, each position at its mark or, where no price is known, at its cost. */
export function portfolioToPayload(
  { account, positions, external }: Holdings,
  quoteOf: QuoteOf,
  now: number,
  today: string,
): PortfolioPayload {
  if (external) return external;
  let equity = ZERO;
  let change = ZERO;
  const rows: PositionPayload[] = [];
  for (const position of positions) {
    const mark = markOf(position, quoteOf(position.symbol), today);
    const positionChange = dayChange(position, mark, today);
    change = change.plus(positionChange ?? realizedToday(position, today));
    const [shares, cost] = [sharesOf(position), costOf(position)];
    if (shares.eq(0)) continue;
    const { price } = mark;
    const marketValue = price ? notional(position.symbol, price, shares) : cost;
    const unrealized = marketValue.minus(cost);
    const average = averagePrice(position);
    equity = equity.plus(marketValue);
    rows.push({
      symbol: position.symbol,
      quantity: toNumber(shares),
      averagePrice: toNumber(average),
      price: toNumber(price ?? average),
      marketValue: toNumber(marketValue),
      unrealizedPnl: toNumber(unrealized),
      unrealizedPnlPercent: percentOf(unrealized, cost),
      ...(positionChange && { dayChange: toNumber(positionChange) }),
      priced: price !== null,
      mark: mark.kind,
      ...(mark.kind === 'last-known' && { markedAt: new Date(mark.at).toISOString() }),
    });
  }
  const totalValue = account.cash.plus(equity);
  return {
    totalValue: toNumber(totalValue),
    cash: toNumber(account.cash),
    equity: toNumber(equity),
    positions: rows,
    dayChange: toNumber(change),
    dayChangePercent: percentOf(change, totalValue.minus(change)),
    timestamp: new Date(now).toISOString(),
    source: 'paper',
    buyingPower: toNumber(account.cash.minus(account.reserved)),
    realizedPnl: toNumber(account.realized),
  };
}

/** A position before its first fill. */
export const emptyPosition = (symbol: string): Position => ({
  symbol,
  quantity: 0,
  cost: ZERO,
  realized: ZERO,
  day: '',
  dayStartQuantity: 0,
  dayStartRealized: decimal(0),
  dayFlow: ZERO,
  fraction: ZERO,
  fractionCost: ZERO,
});
