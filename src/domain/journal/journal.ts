/**
 * The storage of the event lane: a numbered log per user. A row is written in the transaction of the fact that it
 * records, and numbers have no gaps.
 */
import type { JournalEventName, JournalPayloads } from '../../protocol/events.ts';
import type { JournalPosition } from '../../protocol/trades.ts';

/** One event before it has its number. */
export type JournalEvent = {
  [E in JournalEventName]: { readonly event: E; readonly payload: JournalPayloads[E] };
}[JournalEventName];

/**
 * One stored event: `seq` counts from 1 within the user's `epoch`.
 * A newer replica may have recorded an event of another name; it is passed on unread.
 */
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

/** The end of a user's stored facts. */
export interface UserHead extends JournalHead {
  /** Changes with everything that `Ledger.holdings` reads for the user. */
  readonly holdings: string;
}

export interface Journal {
  /** The user's head; 0 without events. Throws NOT_FOUND for an unknown user. */
  head(userId: string): Promise<JournalHead>;
  /** Heads of many users in one query; an unknown user has none. */
  heads(userIds: readonly string[]): Promise<Map<string, UserHead>>;
  /** Up to `limit` records with `seq > after`, oldest first. */
  readAfter(userId: string, after: number, limit: number): Promise<JournalRecord[]>;
  /** Ends this epoch of the user's journal; its numbers go on in another one. Nothing where it has ended already. */
  endEpoch(userId: string, epoch: string): Promise<void>;
}
