import { type Decimal, decimal, round, ZERO } from '../../lib/decimal.ts';
import { notional } from '../instrument/notional.ts';
import type { Position } from './holdings.ts';
import { isCountable } from './marks.ts';
import { sharesOf } from './split-terms.ts';

const ONE = decimal(1);
const AVERAGE_PRICE_DECIMALS = 6;

/** Average purchase price, dollars; 0 without shares, and for a contract whose number of shares is not known. */
export function averagePrice(position: Position): Decimal {
  const { symbol, cost, fractionCost } = position;
  const shares = sharesOf(position);
  return shares.gt(0) && isCountable(symbol)
    ? round(cost.plus(fractionCost).div(notional(symbol, ONE, shares)), AVERAGE_PRICE_DECIMALS)
    : ZERO;
}
