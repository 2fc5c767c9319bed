import { type Decimal, round, toNumber, ZERO } from '../../lib/decimal.ts';
import type { PositionPayload } from '../../protocol/portfolio.ts';
import { instrumentOf } from '../instrument/instrument.ts';

/** One reported row, read. Dollars, null where nothing is known; a short position has a quantity below zero. */
export interface Lot {
  readonly symbol: string;
  readonly quantity: Decimal;
  readonly averagePrice: Decimal | null;
  readonly price: Decimal | null;
  readonly marketValue: Decimal | null;
  readonly pnl: Decimal | null;
  readonly percent: Decimal | null;
  readonly dayChange: Decimal | null;
}

/** Some senders report each purchase by itself: the lots of each symbol, in the order of the first ones. */
export const lotsBySymbol = (lots: readonly Lot[]): readonly (readonly Lot[])[] => [
  ...Map.groupBy(lots, ({ symbol }) => symbol).values(),
];

export const quantityOf = (lots: readonly Lot[]): Decimal =>
  lots.reduce((sum, { quantity }) => sum.plus(quantity), ZERO);

/** The sum; null where a part of it is not known. */
function sumOf(lots: readonly Lot[], read: (lot: Lot) => Decimal | null): Decimal | null {
  let sum: Decimal | null = ZERO;
  for (const lot of lots) {
    const part = read(lot);
    sum = part && sum ? sum.plus(part) : null;
  }
  return sum;
}

/** What `each` dollars a share make of the lot; null for an adjusted contract, whose shares only a directory knows. */
function amountOf({ symbol, quantity }: Lot, each: Decimal | null): Decimal | null {
  const { multiplier } = instrumentOf(symbol);
  return each && multiplier !== null ? each.times(quantity).times(multiplier) : null;
}

/** What was paid; below zero for what a short sale brought. */
const costOf = (lot: Lot): Decimal | null =>
  amountOf(lot, lot.averagePrice) ?? (lot.marketValue && lot.pnl ? lot.marketValue.minus(lot.pnl) : null);

/** At a reported price or value; null where neither is known. */
const reportedValueOf = (lot: Lot): Decimal | null => lot.marketValue ?? amountOf(lot, lot.price);

/** At its reported value, else at its cost. */
const worthOf = (lot: Lot): Decimal | null => reportedValueOf(lot) ?? costOf(lot);

function pnlOf(lot: Lot): Decimal | null {
  const [value, cost] = [worthOf(lot), costOf(lot)];
  return lot.pnl ?? (value && cost ? value.minus(cost) : null);
}

/** Lots that tell no value have the last price that the others tell, also where it is zero: their cost is no price. */
function priced(lots: readonly Lot[]): readonly Lot[] {
  const told = lots.findLast(({ price }) => price !== null)?.price ?? null;
  return lots.map((lot) => (lot.price || lot.marketValue ? lot : { ...lot, price: told }));
}

const PERCENT_DECIMALS = 4;
const PRICE_DECIMALS = 4;

/** The price at which the lots have this value; null for an adjusted contract. */
function perShare(symbol: string, value: Decimal | null, quantity: Decimal): Decimal | null {
  const { multiplier } = instrumentOf(symbol);
  return value && multiplier !== null ? round(value.div(quantity.times(multiplier)), PRICE_DECIMALS) : null;
}

const cents = (amount: Decimal | null): number => toNumber(round(amount ?? ZERO));

/**
 * The lots of one symbol as one position; their quantities do not sum up to zero. What was not reported follows from the
 * rest, or is marked as unknown: `priced`, `mark` and `costKnown` say which numbers stand for nothing.
 */
export function toPosition(reportedLots: readonly Lot[]): PositionPayload {
  const lots = priced(reportedLots);
  const only = lots.length === 1 ? lots[0] : undefined;
  const { symbol } = lots[0]!;
  const quantity = quantityOf(lots);
  const cost = sumOf(lots, costOf);
  const reported = sumOf(lots, reportedValueOf);
  const value = sumOf(lots, worthOf);
  const pnl = sumOf(lots, pnlOf);
  const percent = only?.percent ?? (pnl && cost && !cost.eq(0) ? pnl.div(cost.abs()).times(100) : null);
  const average = only?.averagePrice ?? perAverage(lots, quantity) ?? perShare(symbol, cost, quantity);
  const price = only?.price ?? perShare(symbol, value, quantity) ?? lots.at(-1)?.price ?? average;
  const dayChange = sumOf(lots, ({ dayChange: told }) => told);
  return {
    symbol,
    quantity: toNumber(quantity),
    averagePrice: toNumber(average ?? ZERO),
    price: toNumber(price ?? ZERO),
    marketValue: cents(value),
    unrealizedPnl: cents(pnl),
    unrealizedPnlPercent: toNumber(round(percent ?? ZERO, PERCENT_DECIMALS)),
    ...(dayChange && { dayChange: toNumber(dayChange) }),
    priced: reported !== null,
    mark: reported ? 'reported' : value ? 'cost' : 'unknown',
    ...((cost === null || pnl === null) && { costKnown: false }),
  };
}

/** The average of what the lots cost a share, by their quantities. */
function perAverage(lots: readonly Lot[], quantity: Decimal): Decimal | null {
  const paid = sumOf(lots, (lot) => lot.averagePrice?.times(lot.quantity) ?? null);
  return paid && round(paid.div(quantity), PRICE_DECIMALS);
}
