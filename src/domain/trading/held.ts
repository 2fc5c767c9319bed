import { instrumentOf } from '../instrument/instrument.ts';
import type { Amounts } from './amounts.ts';
import type { Position } from './holdings.ts';
import type { Mark } from './marks.ts';

/** What of a position does not move with its price, read once for all its marks of a day. */
export interface Held<Amount> {
  readonly position: Position;
  readonly multiplier: number;
  readonly shares: Amount;
  /** What all shares were bought for, with the fraction that waits for its sale. */
  readonly cost: Amount;
  /** Shares of this morning. */
  readonly atStart: Amount;
  /** Proceeds of today's sales minus the cost of today's purchases. */
  readonly flow: Amount;
  readonly realizedToday: Amount;
  /** Average purchase price; divided when it is first shown, because the check of an order does without. */
  average: number | null;
}

/** Null where one of its numbers does not fit. */
export function heldOf<Amount>(
  amounts: Amounts<Amount>,
  position: Position,
  today: string,
): Held<Amount> | null {
  const { dollars, plus, minus, zero } = amounts;
  const { quantity, fraction, dayStartQuantity, realized, dayStartRealized } = position;
  const traded = position.day === today;
  const shares = amounts.shares(quantity, fraction);
  const held = {
    position,
    // That of an adjusted contract is not known, and it has no price.
    multiplier: instrumentOf(position.symbol).multiplier ?? 1,
    shares,
    cost: plus(dollars(position.cost), dollars(position.fractionCost)),
    atStart: traded ? amounts.shares(dayStartQuantity, fraction) : shares,
    flow: traded ? dollars(position.dayFlow) : zero,
    realizedToday: traded ? minus(dollars(realized), dollars(dayStartRealized)) : zero,
    average: null,
  };
  const { cost, atStart, flow, realizedToday } = held;
  return [shares, cost, atStart, flow, realizedToday].every(amounts.fits) ? held : null;
}

/** All positions as `heldOf` reads them, once a day for the same list; null where one does not fit. */
export function createHeldReader<Amount>(amounts: Amounts<Amount>) {
  const known = new WeakMap<readonly Position[], { today: string; all: readonly Held<Amount>[] | null }>();

  function read(positions: readonly Position[], today: string): readonly Held<Amount>[] | null {
    const all: Held<Amount>[] = [];
    for (const position of positions) {
      const held = heldOf(amounts, position, today);
      if (!held) return null;
      all.push(held);
    }
    return all;
  }

  return (positions: readonly Position[], today: string): readonly Held<Amount>[] | null => {
    const last = known.get(positions);
    if (last?.today === today) return last.all;
    const all = read(positions, today);
    known.set(positions, { today, all });
    return all;
  };
}

/**
 * Profit or loss of one symbol since the previous close: the shares held now at their mark, plus the day's
 * sales, minus the day's purchases, minus the morning's shares at the previous close. Null where a price is missing: that
 * of now, or the previous close of shares that were held this morning.
 */
export function dayChange<Amount>(
  { plus, minus, worth, isZero, zero }: Amounts<Amount>,
  { multiplier, shares, atStart, flow }: Held<Amount>,
  { price, previousClose }: Mark,
): Amount | null {
  if ((price === null && !isZero(shares)) || (previousClose === null && !isZero(atStart))) return null;
  const now = price === null ? zero : worth(price, shares, multiplier);
  const before = previousClose === null ? zero : worth(previousClose, atStart, multiplier);
  return minus(plus(now, flow), before);
}
