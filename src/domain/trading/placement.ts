/**
 * How the orders of one transaction are judged: the adapter reads what is committed, and each order is judged as
 * if those before it in the batch were written already.
 */
import { ZERO } from '../../lib/decimal.ts';
import { sessionEnded, TradecastError } from '../../protocol/errors.ts';
import type { Side } from '../../protocol/orders.ts';
import type { Appended, JournalEvent } from '../journal/journal.ts';
import type { Account, Position } from './holdings.ts';
import { isFinal, type Order, type OrderIntent, openQuantity } from './order.ts';
import { noSuchAccount } from './refusal.ts';
import { isSameOrder, type OrderTerms } from './same-order.ts';

/** An order to place, and what must be looked up for it. */
export interface PlaceQuery {
  readonly userId: string;
  /** As `orderKey` makes it of the sender's key. */
  readonly key: string;
  readonly intent: OrderIntent;
  /** Orders placed after this count as duplicates, milliseconds since epoch. */
  readonly duplicatesSince: number;
  /** The session that asks; null where the sender has none. */
  readonly sessionId: string | null;
}

/** Shares of one symbol that open orders may still buy and sell. */
export type OpenShares = Readonly<Record<Side, number>>;

export type Halted = 'user' | 'everyone' | null;

/** The account as an order meets it: nothing can change it before the order is written. */
export interface PlaceFacts {
  readonly account: Account;
  readonly positions: readonly Position[];
  /** Of the order's symbol. */
  readonly open: OpenShares;
  /** The same order was placed under another key within the window. */
  readonly duplicate: boolean;
  readonly halted: Halted;
}

/** A new order, accepted or denied, and what its user receives. */
export interface Placement {
  readonly order: Order;
  readonly events: readonly JournalEvent[];
}

export interface PlaceRequest {
  readonly query: PlaceQuery;
  readonly judge: (facts: PlaceFacts) => Placement;
}

export type Placed =
  | { readonly order: Order; readonly known: false; readonly appended: Appended }
  /** The key was used before; `order` is as it is now. */
  | { readonly order: Order; readonly known: true };

/** What is committed at the moment of a request, read under the lock of its account. */
export interface PlaceReading {
  /** Null where the user has none. */
  readonly account: Account | null;
  readonly positions: readonly Position[];
  readonly open: OpenShares;
  /** One of the user's orders since `duplicatesSince` that may be the same, denied ones left out; null without one. */
  readonly alike: OrderTerms | null;
  /** The order that used the key before. */
  readonly known: Order | null;
  readonly halted: Halted;
  readonly banned: boolean;
  /** False where the session that asks has ended. */
  readonly signedIn: boolean;
}

/** The answer to one request; an error concerns this request alone. */
export type Decision = TradecastError | { readonly known: Order } | { readonly made: Placement };

/** One decision for each request, in order. */
export function judgeBatch(requests: readonly PlaceRequest[], readings: readonly PlaceReading[]): Decision[] {
  const made: Order[] = [];
  return requests.map(({ query, judge }, index): Decision => {
    const reading = readings[index];
    if (!reading?.account) return noSuchAccount();
    // The sender may have waited: for a first quote, for the lock, for the database.
    if (!reading.signedIn) return sessionEnded();
    const earlier = made.filter((order) => order.userId === query.userId);
    const known = reading.known ?? earlier.find((order) => order.clientOrderId === query.key);
    if (known) return { known };
    if (reading.banned) return new TradecastError('FORBIDDEN', 'This user may not trade.');
    const placement = judge(factsAfter(earlier, query.intent, reading.account, reading));
    made.push(placement.order);
    return { made: placement };
  });
}

/** The facts as they are once the user's earlier orders of the batch are written. */
function factsAfter(
  earlier: readonly Order[],
  intent: OrderIntent,
  account: Account,
  { positions, open, alike, halted }: PlaceReading,
): PlaceFacts {
  const reserved = earlier.reduce((sum, order) => sum.plus(order.reserved), ZERO);
  const shares = (side: Side): number =>
    earlier
      .filter((order) => order.symbol === intent.symbol && order.side === side && !isFinal(order.status))
      .reduce((sum, order) => sum + openQuantity(order), open[side]);
  const isRepeated = (order: Order): boolean => order.status !== 'denied' && isSameOrder(order, intent);
  return {
    account: { ...account, reserved: account.reserved.plus(reserved) },
    positions,
    open: { buy: shares('buy'), sell: shares('sell') },
    duplicate: (alike !== null && isSameOrder(alike, intent)) || earlier.some(isRepeated),
    halted,
  };
}
