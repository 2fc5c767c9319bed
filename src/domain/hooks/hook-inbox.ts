/**
 * Where signed events are remembered for good. Each method writes the event id and what the event tells in
 * one transaction, so that neither is ever there without the other.
 */
import type { PortfolioPayload } from '../../protocol/payloads.ts';
import type { JournalEvent, JournalRecord } from '../journal/journal.ts';

/** One event of a sender. Ids are one namespace over all routes: whoever holds the hook secret is the sender. */
export interface HookEvent {
  readonly id: string;
  /** Of route and body; tells a repeat from another event under a used id. */
  readonly digest: string;
}

/** The first result of an event; `duplicate` where the event had been taken before. */
export interface HookOutcome<T> {
  readonly result: T;
  readonly duplicate: boolean;
}

/** Every method throws CONFLICT where the id was used for another event. */
export interface HookInbox {
  /** Appends to the user's journal. `records` is empty for a repeat. */
  journal(
    event: HookEvent,
    userId: string,
    events: readonly JournalEvent[],
  ): Promise<HookOutcome<{ seq: number }> & { epoch: string; records: readonly JournalRecord[] }>;
  /** Replaces the portfolio that was reported for the user. */
  portfolio(
    event: HookEvent,
    userId: string,
    portfolio: PortfolioPayload,
  ): Promise<HookOutcome<{ timestamp: string }>>;
  /** Consumes a one-time code and links its user. Throws NOT_FOUND for no such code, CONFLICT where the Discord user is another's. */
  link(event: HookEvent, code: string, discordUserId: string): Promise<HookOutcome<{ username: string }>>;
  /** Takes the id for an order; the stored result where the order was placed before, else null. */
  open(event: HookEvent, userId: string): Promise<{ orderId: string } | null>;
  /** Stores the result of an event that `open` took. */
  close(event: HookEvent, result: { orderId: string }): Promise<void>;
}
