/** What a split makes of positions and open orders. Everything is exact; nothing is paid or charged. */
import { type Decimal, decimal, round, ZERO } from '../../lib/decimal.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import { notional } from '../instrument/notional.ts';
import { isOnTick, toTick } from '../instrument/price-increments.ts';
import type { Split } from '../market/splits.ts';
import { type Holding, LEDGER_DECIMALS } from './fill.ts';
import type { Position } from './holdings.ts';
import { type Order, openQuantity } from './order.ts';

/** A part of a share that has no decimal end is kept to this many. */
const FRACTION_DECIMALS = 12;
// The rounding mode of big.js.
const DOWN = 0;

const times = (shares: Decimal | number, { from, to }: Split): Decimal =>
  decimal(shares).times(decimal(to)).div(decimal(from));

/** Shares with their fraction. */
export const sharesOf = ({ quantity, fraction }: Position): Decimal => fraction.plus(quantity);

/**
 * The position after the split: its shares times the ratio, at the same cost. A fraction of a share is set aside with its
 * part of the cost. `traded` are shares bought (sold: negative) since the split took effect, which are shares of after it.
 * Null where more was sold than there is after the split.
 */
export function splitPosition(position: Position, split: Split, traded: number): Position | null {
  const shares = round(times(sharesOf(position).minus(traded), split).plus(traded), FRACTION_DECIMALS);
  if (shares.lt(0)) return null;
  const whole = shares.round(0, DOWN);
  const fraction = shares.minus(whole);
  const cost = position.cost.plus(position.fractionCost);
  const fractionCost = fraction.eq(0)
    ? ZERO
    : whole.eq(0)
      ? cost
      : round(cost.times(fraction).div(shares), LEDGER_DECIMALS);
  return {
    ...position,
    quantity: whole.toNumber(),
    cost: cost.minus(fractionCost),
    fraction,
    fractionCost,
    dayStartQuantity: times(position.dayStartQuantity, split).round(0, DOWN).toNumber(),
  };
}

/**
 * The fraction sold at `price`, dollars a share. It is no trade of the day: the rest neither gains nor loses by it.
 */
export function sellFraction({ account, position }: Holding, price: Decimal, day: string) {
  const cash = round(price.times(position.fraction), LEDGER_DECIMALS);
  const gain = cash.minus(position.fractionCost);
  const sold: Holding = {
    account: {
      ...account,
      cash: account.cash.plus(cash),
      cost: account.cost.minus(position.fractionCost),
      realized: account.realized.plus(gain),
    },
    position: {
      ...position,
      fraction: ZERO,
      fractionCost: ZERO,
      realized: position.realized.plus(gain),
      ...(position.day === day && { dayStartRealized: position.dayStartRealized.plus(gain) }),
    },
  };
  return { ...sold, cash };
}

/**
 * The open order after the split: what is open of it times the ratio, its prices divided by it. A price between two steps
 * is rounded in the trader's favour: down for a purchase, which so reserves no more, up for a sale. Null where that cannot
 * be an order: a part of a share, or no price.
 */
export function splitOrder(order: Order, split: Split): Order | null {
  const open = times(openQuantity(order), split);
  const prices = [order.limitPrice, order.stopPrice, order.boundPrice].map((price) =>
    price === null ? null : splitPrice(order, price, split),
  );
  const [limitPrice = null, stopPrice = null, boundPrice = null] = prices;
  const isLost = prices.some((price) => price !== null && !price.gt(0));
  if (!open.eq(open.round(0, DOWN)) || isLost || boundPrice === null) return null;
  return {
    ...order,
    quantity: order.filledQuantity + open.toNumber(),
    limitPrice,
    stopPrice,
    boundPrice,
    reserved: order.side === 'buy' ? notional(order.symbol, boundPrice, open.toNumber()) : ZERO,
  };
}

/** The side that `toTick` rounds for is the other one: it rounds against the trader. */
function splitPrice({ symbol, side }: Order, price: Decimal, { from, to }: Split): Decimal {
  const { increments } = instrumentOf(symbol);
  const exact = price.times(decimal(from)).div(decimal(to));
  if (isOnTick(increments, exact)) return exact;
  // Below the finest step there is no price.
  if (exact.lt(increments[0].step)) return ZERO;
  return toTick(increments, exact, side === 'buy' ? 'sell' : 'buy');
}
