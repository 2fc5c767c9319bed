/**
 * Where signed events are remembered for good. `trade`, `portfolio` and `link` write the event id and what
 * the event tells in one transaction, so that neither is ever there without the other.
 */
import type { PortfolioPayload } from '../../protocol/portfolio.ts';
import type { TradeExecutedPayload, TradeFailedPayload } from '../../protocol/trades.ts';
import type { Appended } from '../journal/journal.ts';

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

/** A trade that was made, or failed, elsewhere. */
export type TradeReport =
  | { readonly event: 'trade:executed'; readonly payload: TradeExecutedPayload }
  | { readonly event: 'trade:failed'; readonly payload: TradeFailedPayload };

/** Every method throws CONFLICT where the id was used for another event, NOT_FOUND for no such user. */
export interface HookInbox {
  /** Appends to the user's journal; `appended` is what the bus is to carry, null for a repeat. */
  trade(
    event: HookEvent,
    userId: string,
    report: TradeReport,
  ): Promise<HookOutcome<{ seq: number }> & { appended: Appended | null }>;
  /** Replaces the portfolio that was reported for the user. */
  portfolio(
    event: HookEvent,
    userId: string,
    portfolio: PortfolioPayload,
  ): Promise<HookOutcome<{ timestamp: string }>>;
  /**
   * Uses up a one-time code and links its user. Throws NOT_FOUND for a code that is unknown, used or over,
   * CONFLICT where the Discord account is linked to another user.
   */
  link(
    event: HookEvent,
    link: { readonly code: string; readonly discordUserId: string; readonly now: number },
  ): Promise<HookOutcome<{ username: string }>>;
  /** Takes the id of an order that is about to be placed. The order's own key makes placing it again harmless. */
  open(event: HookEvent): Promise<{ alreadyClosed: boolean }>;
  /** Notes what came of an opened event: its work is done and is not to be done again. */
  close(event: HookEvent, result: object): Promise<void>;
}
