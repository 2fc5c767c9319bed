import { type Decimal, decimal, max, min, round, toNumber, ZERO } from '../../lib/decimal.ts';
import type { PortfolioPayload, PositionPayload } from '../../protocol/portfolio.ts';
import { notional } from '../instrument/notional.ts';
import type { Quote } from '../market/quote.ts';
import { lastPrice } from './fit.ts';
import type { Holdings, Position } from './holdings.ts';
import { readPrice } from './prices.ts';

const ONE = decimal(1);

type QuoteOf = (symbol: string) => Quote | undefined;

const PERCENT_DECIMALS = 4;
const AVERAGE_PRICE_DECIMALS = 6;

const percentOf = (part: Decimal, whole: Decimal): number =>
  whole.gt(0) ? toNumber(round(part.div(whole).times(100), PERCENT_DECIMALS)) : 0;

/** Average purchase price, dollars; 0 without shares. */
export const averagePrice = ({ symbol, cost, quantity }: Position): Decimal =>
  quantity > 0 ? round(cost.div(notional(symbol, ONE, quantity)), AVERAGE_PRICE_DECIMALS) : ZERO;

/** Null where a price is missing: the last one, or the previous close of shares that were held this morning. */
function pricedDayChange(position: Position, quote: Quote | undefined, today: string): Decimal | null {
  const traded = position.day === today;
  const startQuantity = traded ? position.dayStartQuantity : position.quantity;
  const price = lastPrice(quote);
  const previousClose = readPrice(quote?.previousClose);
  if (!(price || position.quantity === 0) || !(previousClose || startQuantity === 0)) return null;
  return notional(position.symbol, price ?? ZERO, position.quantity)
    .plus(traded ? position.dayFlow : ZERO)
    .minus(notional(position.symbol, previousClose ?? ZERO, startQuantity));
}

const realizedToday = (position: Position, today: string): Decimal =>
  position.day === today ? position.realized.minus(position.dayStartRealized) : ZERO;

/**
 * Profit or loss of one symbol since the previous close: the shares held now at the last price, plus the day's
 * sales, minus the day's purchases, minus the morning's shares at the previous close. Where a price is missing,
 * the part that the day realised.
 */
export const dayChange = (position: Position, quote: Quote | undefined, today: string): Decimal =>
  pricedDayChange(position, quote, today) ?? realizedToday(position, today);

/**
 * Dollars lost today over all positions, 0 on a day of gains. Where a position has no price the loss is unknown:
 * the answer names its symbol. Without a previous close, a loss against the cost counts and a gain does not.
 * Shares of a symbol that this market does not have (they were bought on another feed) cannot move here: only
 * what they realised today counts.
 */
export function dailyLoss(
  positions: readonly Position[],
  quoteOf: QuoteOf,
  today: string,
  mayExist: (symbol: string) => boolean,
): { readonly loss: Decimal } | { readonly unpriced: string } {
  let change = ZERO;
  for (const position of positions) {
    if (!mayExist(position.symbol)) {
      change = change.plus(realizedToday(position, today));
      continue;
    }
    const quote = quoteOf(position.symbol);
    const price = lastPrice(quote);
    if (!price && position.quantity > 0) return { unpriced: position.symbol };
    const unrealized = notional(position.symbol, price ?? ZERO, position.quantity).minus(position.cost);
    change = change.plus(
      pricedDayChange(position, quote, today) ?? realizedToday(position, today).plus(min(unrealized, ZERO)),
    );
  }
  return { loss: max(change.times(-1), ZERO) };
}

/** The wire's view of an account, each position at the last price or, where none is known, at its cost. */
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
    const quote = quoteOf(position.symbol);
    const positionChange = dayChange(position, quote, today);
    change = change.plus(positionChange);
    if (position.quantity === 0) continue;
    const price = lastPrice(quote);
    const marketValue = price ? notional(position.symbol, price, position.quantity) : position.cost;
    const unrealized = marketValue.minus(position.cost);
    const average = averagePrice(position);
    equity = equity.plus(marketValue);
    rows.push({
      symbol: position.symbol,
      quantity: position.quantity,
      averagePrice: toNumber(average),
      price: toNumber(price ?? average),
      marketValue: toNumber(marketValue),
      unrealizedPnl: toNumber(unrealized),
      unrealizedPnlPercent: percentOf(unrealized, position.cost),
      dayChange: toNumber(positionChange),
      priced: price !== null,
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
});
