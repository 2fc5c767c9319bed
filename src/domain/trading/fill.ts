import { type Decimal, decimal, round, ZERO } from '../../lib/decimal.ts';
import { notional } from '../instrument/notional.ts';
import type { BrokerFill } from './broker.ts';
import type { Account, Position } from './holdings.ts';
import { type Order, openQuantity } from './order.ts';
import { isWithin } from './prices.ts';

/** The ledger keeps hundredths of a cent: sub-dollar prices need them, and shares are whole. */
export const LEDGER_DECIMALS = 4;

export interface Holding {
  readonly account: Account;
  readonly position: Position;
}

/** Why a fill cannot be booked, as a sentence for the operator; null where it can. */
export function findMismatch(order: Order, position: Position, fill: BrokerFill): string | null {
  if (!(Number.isSafeInteger(fill.quantity) && fill.quantity > 0))
    return 'the quantity is not a whole number of shares';
  if (!(fill.quantity <= openQuantity(order))) return 'more was filled than is open';
  if (!fill.price.gt(0) || !fill.price.eq(round(fill.price, LEDGER_DECIMALS))) return 'the price is not one';
  if (!order.boundPrice || !isWithin(fill.price, order.boundPrice, order.side))
    return 'the price is worse than the order allows';
  if (order.side === 'sell' && !(fill.quantity <= position.quantity)) return 'more was sold than is held';
  return null;
}

/** Dollars that a purchase of this many shares holds in reserve. */
const reserveFor = ({ symbol, side, boundPrice }: Order, quantity: number): Decimal =>
  side === 'buy' && boundPrice ? notional(symbol, boundPrice, quantity) : ZERO;

/**
 * Books one fill. A purchase moves cash into cost. A sale removes the cost of its shares in proportion, rounded
 * half to even to the ledger's decimals; the last shares remove the rest. What the sale brought above that cost is
 * realised. Hence `cash + cost = deposits + realized` holds exactly, whatever the rounding.
 */
export function bookFill(
  { account, position }: Holding,
  order: Order,
  fill: BrokerFill,
  day: string,
): Holding {
  const value = notional(order.symbol, fill.price, fill.quantity);
  const today = position.day === day ? position : startDay(position, day);
  const released = reserveFor(order, fill.quantity);
  if (order.side === 'buy')
    return {
      account: {
        ...account,
        cash: account.cash.minus(value),
        cost: account.cost.plus(value),
        reserved: account.reserved.minus(released),
      },
      position: {
        ...today,
        quantity: today.quantity + fill.quantity,
        cost: today.cost.plus(value),
        dayFlow: today.dayFlow.minus(value),
      },
    };
  const sold = takeOut({ account, position: today }, fill.quantity, value);
  return { ...sold, position: { ...sold.position, dayFlow: today.dayFlow.plus(value) } };
}

/** Takes shares out of a position for `value` dollars, and their part of the cost with them. */
export function takeOut({ account, position }: Holding, quantity: number, value: Decimal): Holding {
  const removed =
    quantity === position.quantity
      ? position.cost
      : round(position.cost.times(quantity).div(position.quantity), LEDGER_DECIMALS);
  const gain = value.minus(removed);
  return {
    account: {
      ...account,
      cash: account.cash.plus(value),
      cost: account.cost.minus(removed),
      realized: account.realized.plus(gain),
    },
    position: {
      ...position,
      quantity: position.quantity - quantity,
      cost: position.cost.minus(removed),
      realized: position.realized.plus(gain),
    },
  };
}

const startDay = (position: Position, day: string): Position => ({
  ...position,
  day,
  dayStartQuantity: position.quantity,
  dayStartRealized: position.realized,
  dayFlow: decimal(0),
});
