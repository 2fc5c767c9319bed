/** A split applied to the books: positions, open orders, and what their users are told. */
import { type Decimal, ZERO } from '../../lib/decimal.ts';
import type { JournalEvent } from '../journal/journal.ts';
import { splitName } from '../market/splits.ts';
import { type Adjustment, positionAdjusted } from './adjustment.ts';
import type { Account, Position } from './holdings.ts';
import type { DueSplit } from './ledger.ts';
import type { Order } from './order.ts';
import { orderUpdated, tradeFailed } from './order-events.ts';
import { sellFraction, sharesOf, splitOrder, splitPosition } from './split-terms.ts';
import { tradingDay } from './trading-day.ts';

interface Held {
  readonly userId: string;
  readonly position: Position;
}

/** What changed, as it is afterwards. */
export interface SplitBooks {
  readonly orders: readonly Order[];
  readonly accounts: readonly Account[];
  readonly positions: readonly Held[];
  readonly adjustments: readonly {
    readonly userId: string;
    /** Whole shares. */
    readonly wholeBefore: number;
    readonly wholeAfter: number;
    readonly adjustment: Adjustment;
  }[];
  /** By user id, in order. */
  readonly events: ReadonlyMap<string, readonly JournalEvent[]>;
}

export interface BooksOfSplit {
  /** By user id, locked. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** `traded`: shares bought, less those sold, since the split took effect. */
  readonly held: readonly (Held & { readonly traded: number })[];
  /** Open ones that were placed before. */
  readonly orders: readonly Order[];
}

const CANCELLED = 'The share was split, and the order would have been for a part of a share or at no price.';

/** The user ids in `contradicted` sold more than there is after the split: their positions stay as they are. */
export function adjustBooks(
  due: DueSplit,
  books: BooksOfSplit,
): SplitBooks & { readonly contradicted: readonly string[] } {
  const contradicted: string[] = [];
  const changed = createChanges(books.accounts);
  const sharesAdjusted = {
    symbol: due.symbol,
    reason: 'split',
    reference: splitName(due),
    at: due.at,
  } as const;
  for (const { userId, position, traded } of books.held) {
    const after = splitPosition(position, due, traded);
    if (after === null) contradicted.push(userId);
    else if (!sharesOf(after).eq(sharesOf(position)))
      changed.adjust(userId, position, after, { ...sharesAdjusted, cash: ZERO });
  }
  for (const order of books.orders) changed.carryOver(order, splitOrder(order, due), due.at);
  return { ...changed.result(), contradicted };
}

/** Every fraction of the symbol, sold at one price, dollars a share. */
export function sellAllFractions(
  { symbol, price, at }: { readonly symbol: string; readonly price: Decimal; readonly at: number },
  { accounts, held }: Pick<BooksOfSplit, 'accounts'> & { readonly held: readonly Held[] },
): SplitBooks {
  const changed = createChanges(accounts);
  for (const { userId, position } of held) {
    const account = accounts.get(userId);
    if (!account) continue;
    const sold = sellFraction({ account, position }, price, tradingDay(at));
    changed.keep(sold.account);
    changed.adjust(userId, position, sold.position, {
      ...{ symbol, reason: 'split', cash: sold.cash, at },
      // A position has one fraction at a time.
      reference: `fraction ${symbol} ${new Date(at).toISOString()}`,
    });
  }
  return changed.result();
}

function createChanges(before: ReadonlyMap<string, Account>) {
  const accounts = new Map<string, Account>();
  const orders: Order[] = [];
  const positions: Held[] = [];
  const adjustments: SplitBooks['adjustments'][number][] = [];
  const events = new Map<string, JournalEvent[]>();

  const tell = (userId: string, ...told: JournalEvent[]): void => {
    events.set(userId, [...(events.get(userId) ?? []), ...told]);
  };
  const accountOf = (userId: string): Account | undefined => accounts.get(userId) ?? before.get(userId);
  const keep = (account: Account): void => void accounts.set(account.userId, account);

  return {
    keep,
    adjust(
      userId: string,
      position: Position,
      after: Position,
      what: Omit<Adjustment, 'quantityBefore' | 'quantityAfter'>,
    ): void {
      const adjustment: Adjustment = {
        ...what,
        quantityBefore: sharesOf(position).toNumber(),
        quantityAfter: sharesOf(after).toNumber(),
      };
      positions.push({ userId, position: after });
      const [wholeBefore, wholeAfter] = [position.quantity, after.quantity];
      adjustments.push({ userId, wholeBefore, wholeAfter, adjustment });
      tell(userId, positionAdjusted(adjustment));
    },
    /** `after` is null where the order cannot go on. */
    carryOver(order: Order, after: Order | null, at: number): void {
      const next: Order = after
        ? { ...after, updatedAt: at }
        : {
            ...order,
            ...{ status: 'cancelled', reason: 'CANCELLED_BY_SPLIT', message: CANCELLED },
            ...{ reserved: ZERO, updatedAt: at },
          };
      orders.push(next);
      const account = accountOf(order.userId);
      if (account) keep({ ...account, reserved: account.reserved.minus(order.reserved).plus(next.reserved) });
      tell(order.userId, orderUpdated(next));
      if (!after) tell(order.userId, tradeFailed(next, 'CANCELLED_BY_SPLIT', CANCELLED));
    },
    result: (): SplitBooks => ({ orders, accounts: [...accounts.values()], positions, adjustments, events }),
  };
}
