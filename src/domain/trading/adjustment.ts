/** Changes of a position that are no trade. */
import { type Decimal, toNumber, ZERO } from '../../lib/decimal.ts';
import type { AdjustmentReason } from '../../protocol/portfolio.ts';
import { notional } from '../instrument/notional.ts';
import type { JournalEvent } from '../journal/journal.ts';
import { type Holding, takeOut } from './fill.ts';
import { sellFraction } from './split-terms.ts';

/** As it is kept for good, and as its user is told. */
export interface Adjustment {
  readonly symbol: string;
  readonly reason: AdjustmentReason;
  readonly quantityBefore: number;
  readonly quantityAfter: number;
  /** Dollars that the account received. */
  readonly cash: Decimal;
  /** What caused it, by a name that is its own. */
  readonly reference: string;
  /** Milliseconds since epoch. */
  readonly at: number;
}

/**
 * A position closed at a price that somebody states, dollars a share, with the fraction that a split left. It is no trade
 * of the day: what the day has realised by trades stays, and the closed shares neither gain nor lose today.
 */
export function closeAt(
  holding: Holding,
  price: Decimal,
  day: string,
): { readonly holding: Holding; readonly cash: Decimal } {
  const { symbol, quantity, day: lastDay, realized, dayStartRealized: realizedBefore } = holding.position;
  const traded = lastDay === day ? realized.minus(realizedBefore) : ZERO;
  const { cash: forFraction, ...whole } = sellFraction(holding, price, day);
  const forShares = notional(symbol, price, quantity);
  const closed = takeOut(whole, quantity, forShares);
  const dayStartRealized = closed.position.realized.minus(traded);
  return {
    holding: {
      ...closed,
      position: { ...closed.position, day, dayStartQuantity: 0, dayStartRealized, dayFlow: traded },
    },
    cash: forShares.plus(forFraction),
  };
}

/** The user's event. */
export const positionAdjusted = ({ cash, at, ...adjustment }: Adjustment): JournalEvent => ({
  event: 'position:adjusted',
  payload: { ...adjustment, cash: toNumber(cash), timestamp: new Date(at).toISOString() },
});
