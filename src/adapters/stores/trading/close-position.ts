import type { Appended } from '../../../domain/journal/journal.ts';
import { type Adjustment, closeAt, positionAdjusted } from '../../../domain/trading/adjustment.ts';
import type { Position } from '../../../domain/trading/holdings.ts';
import { sharesOf } from '../../../domain/trading/split-terms.ts';
import { tradingDay } from '../../../domain/trading/trading-day.ts';
import { type Decimal, toNumber } from '../../../lib/decimal.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { Queryable } from '../../sql/database.ts';
import { lockAccount } from './accounts.ts';
import { writeSettlement } from './books.ts';
import { OPEN, POSITION_COLUMNS, type PositionRow, toPosition } from './rows.ts';

const HELD = `SELECT ${POSITION_COLUMNS} FROM positions
  WHERE user_id = $1 AND symbol = $2 AND (quantity > 0 OR fraction > 0)`;
const OPEN_ORDERS = `SELECT 1 FROM orders WHERE user_id = $1 AND symbol = $2 AND status IN ${OPEN} LIMIT 1`;
const KEEP = `INSERT INTO position_adjustments
  (user_id, symbol, reason, reference, quantity_before, quantity_after, cash, note, adjusted_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

export interface ClosedAt {
  readonly userId: string;
  readonly symbol: string;
  /** Dollars a share. */
  readonly price: Decimal;
  readonly reference: string;
  readonly note: string | null;
  /** Milliseconds since epoch. */
  readonly at: number;
}

/**
 * Part of the caller's transaction. Throws NOT_FOUND where the user does not hold the symbol, CONFLICT while an order in
 * it is open: its fill would find other shares than it was accepted for.
 */
export async function closePosition(
  tx: Queryable,
  { userId, symbol, price, reference, note, at }: ClosedAt,
): Promise<{ adjustment: Adjustment; appended: readonly Appended[] }> {
  const account = await lockAccount(tx, userId);
  const position = await findHeld(tx, userId, symbol);
  const { holding, cash } = closeAt({ account, position }, price, tradingDay(at));
  const adjustment: Adjustment = {
    ...{ symbol, reason: 'operator', reference, cash, at },
    quantityBefore: toNumber(sharesOf(position)),
    quantityAfter: toNumber(sharesOf(holding.position)),
  };
  const appended = await writeSettlement(tx, {
    ...{ orders: [], fills: [], mismatches: [] },
    accounts: [holding.account],
    positions: [{ userId, position: holding.position }],
    events: new Map([[userId, [positionAdjusted(adjustment)]]]),
  });
  // Whole shares only: with fills they give the quantities of the books.
  const whole = [position.quantity, holding.position.quantity];
  const row = [userId, symbol, adjustment.reason, reference, ...whole, cash.toFixed(), note];
  await tx.query(KEEP, [...row, new Date(at)]);
  return { adjustment, appended };
}

async function findHeld(tx: Queryable, userId: string, symbol: string): Promise<Position> {
  const [row] = await tx.query<PositionRow>(HELD, [userId, symbol]);
  if (!row) throw new TradecastError('NOT_FOUND', `This user holds no ${symbol}.`);
  if ((await tx.query(OPEN_ORDERS, [userId, symbol])).length > 0)
    throw new TradecastError(
      'CONFLICT',
      `There are open orders in ${symbol}. Halt trading for this user, which cancels them, and send this again.`,
    );
  return toPosition(row);
}
