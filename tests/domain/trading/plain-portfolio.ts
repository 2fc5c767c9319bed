/** The rules of a portfolio, each written down once in big.js: what the quick numbers must agree with. */
import { averagePrice } from '../../../src/domain/trading/average-price.ts';
import type { Holdings, Position } from '../../../src/domain/trading/holdings.ts';
import { markOf } from '../../../src/domain/trading/marks.ts';
import type { QuoteOf } from '../../../src/domain/trading/valuation.ts';
import { type Decimal, decimal, max, round, toNumber, ZERO } from '../../../src/lib/decimal.ts';
import { multiplierOf, parseSymbol } from '../../../src/protocol/symbol.ts';

const percentOf = (part: Decimal, whole: Decimal): number =>
  whole.gt(0) ? toNumber(round(part.div(whole).times(100), 4)) : 0;

function worthOf(position: Position, quoteOf: QuoteOf, today: string) {
  const { symbol, quantity, fraction, cost, fractionCost, realized } = position;
  const mark = markOf(position, quoteOf(symbol), today);
  const [price, previousClose] = [mark.price, mark.previousClose].map((one) =>
    one === null ? null : decimal(one),
  ) as [Decimal | null, Decimal | null];
  const multiplier = parseSymbol(symbol)?.kind === 'option' ? (multiplierOf(symbol) ?? 0) : 1;
  const traded = position.day === today;
  const shares = fraction.plus(quantity);
  const atStart = traded ? fraction.plus(position.dayStartQuantity) : shares;
  const paid = cost.plus(fractionCost);
  const value = price ? price.times(shares).times(multiplier) : paid;
  const isKnown = (price || shares.eq(0)) && (previousClose || atStart.eq(0));
  const change = isKnown
    ? (price ? value : ZERO)
        .plus(traded ? position.dayFlow : ZERO)
        .minus((previousClose ?? ZERO).times(atStart).times(multiplier))
    : null;
  const counted = change ?? (traded ? realized.minus(position.dayStartRealized) : ZERO);
  return { mark, price, shares, paid, value, change, counted };
}

export function plainLoss(positions: readonly Position[], quoteOf: QuoteOf, today: string): Decimal {
  const change = positions.reduce(
    (sum, position) => sum.plus(worthOf(position, quoteOf, today).counted),
    ZERO,
  );
  return max(ZERO.minus(change), ZERO);
}

export function plainPortfolio(
  { account, positions }: Holdings,
  quoteOf: QuoteOf,
  now: number,
  today: string,
) {
  let [equity, change] = [ZERO, ZERO];
  const rows = positions.flatMap((position) => {
    const { mark, price, shares, paid, value, change: own, counted } = worthOf(position, quoteOf, today);
    change = change.plus(counted);
    if (shares.eq(0)) return [];
    equity = equity.plus(value);
    const average = averagePrice(position);
    return {
      symbol: position.symbol,
      quantity: toNumber(shares),
      averagePrice: toNumber(average),
      price: toNumber(price ?? average),
      marketValue: toNumber(value),
      unrealizedPnl: toNumber(value.minus(paid)),
      unrealizedPnlPercent: percentOf(value.minus(paid), paid),
      ...(own && { dayChange: toNumber(own) }),
      priced: price !== null,
      mark: mark.kind,
      ...(mark.kind === 'last-known' && { markedAt: new Date(mark.at).toISOString() }),
    };
  });
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
