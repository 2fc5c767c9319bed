/**
 * The event lane's memory: a numbered log per user. Rows are appended in the transaction of the fact they
 * tell; numbers have no holes.
 */
import type { JournalEventName, JournalPayloads } from '../../protocol/events.ts';
import type { JournalPosition } from '../../protocol/trades.ts';

/** One event before it has its number. */
export type JournalEvent = {
  [E in JournalEventName]: { readonly event: E; readonly payload: JournalPayloads[E] };
}[JournalEventName];

/** One event as it is kept: `seq` counts from 1 within the user's `epoch`. */
export type JournalRecord = JournalEvent & { readonly seq: number };

/** Events just committed to one user's journal, in order. */
export interface Appended {
  readonly userId: string;
  readonly epoch: string;
  readonly records: readonly JournalRecord[];
}

export interface JournalHead extends JournalPosition {
  /** Events up to and including this number have been pruned. */
  readonly floor: number;
}

/** How far a user's stored facts go. */
export interface UserHead extends JournalHead {
  /** Another text with every change of what `Ledger.holdings` reads for the user. */
  readonly holdings: string;
}

export interface Journal {
  /** Where the user's journal stands; a user without events is at 0. Throws NOT_FOUND for no such user. */
  head(userId: string): Promise<JournalHead>;
  /** Of many users, in one query. */
  heads(userIds: readonly string[]): Promise<Map<string, UserHead>>;
  /** Up to `limit` records with `seq > after`, oldest first. */
  readAfter(userId: string, after: number, limit: number): Promise<JournalRecord[]>;
}
