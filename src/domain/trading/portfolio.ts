import { type Decimal, max, ZERO } from '../../lib/decimal.ts';
import type { PortfolioPayload } from '../../protocol/portfolio.ts';
import { type Amounts, DECIMALS, MICROS } from './amounts.ts';
import type { Account, Holdings, Position } from './holdings.ts';
import { createValuation, type QuoteOf, type Valuation, type Valued } from './valuation.ts';

const inMicros = createValuation(MICROS);
const inDecimals = createValuation(DECIMALS);

/** In the quicker numbers where the account fits into them, else in decimals. */
function inNumbersThatFit<Result>(
  compute: <Amount>(amounts: Amounts<Amount>, valuation: Valuation<Amount>) => Result | null,
): Result {
  const result = compute(MICROS, inMicros) ?? compute(DECIMALS, inDecimals);
  if (result === null) throw new Error('An account does not fit into decimals.');
  return result;
}

/**
 * Dollars lost today over all positions, 0 on a day of gains. A position without a price, or without a previous close,
 * counts with what it realised today: no symbol keeps the loss of the others from being known.
 */
export function dailyLoss(positions: readonly Position[], quoteOf: QuoteOf, today: string): Decimal {
  const change = inNumbersThatFit((amounts, { dayChange }) => {
    const sum = dayChange(positions, quoteOf, today);
    return sum === null ? null : amounts.toDecimal(sum);
  });
  return max(ZERO.minus(change), ZERO);
}

/** The wire's view of an account, each position at its mark or, where no price is known, at its cost. */
export function portfolioToPayload(
  { account, positions, external }: Holdings,
  quoteOf: QuoteOf,
  now: number,
  today: string,
): PortfolioPayload {
  if (external) return external;
  return inNumbersThatFit((amounts, { value }) => {
    const valued = value(positions, quoteOf, today);
    return valued && toPayload(amounts, account, valued, now);
  });
}

function toPayload<Amount>(
  amounts: Amounts<Amount>,
  account: Account,
  { rows, equity, change }: Valued<Amount>,
  now: number,
): PortfolioPayload | null {
  const { dollars, plus, minus, toNumber } = amounts;
  const [cash, realized] = [dollars(account.cash), dollars(account.realized)];
  const buyingPower = minus(cash, dollars(account.reserved));
  const totalValue = plus(cash, equity);
  const before = minus(totalValue, change);
  if (![realized, buyingPower, before].every(amounts.fits)) return null;
  return {
    totalValue: toNumber(totalValue),
    cash: toNumber(cash),
    equity: toNumber(equity),
    positions: rows,
    dayChange: toNumber(change),
    dayChangePercent: amounts.percent(change, before),
    timestamp: new Date(now).toISOString(),
    source: 'paper',
    buyingPower: toNumber(buyingPower),
    realizedPnl: toNumber(realized),
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
  dayStartRealized: ZERO,
  dayFlow: ZERO,
  fraction: ZERO,
  fractionCost: ZERO,
});
