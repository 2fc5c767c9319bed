/**
 * Where signed events are kept forever. `trade`, `portfolio` and `link` write the event id and what the event
 * reports in one transaction, so that neither exists without the other.
 */
import type { PortfolioReported } from '../../protocol/reports.ts';
import type { TradeExecutedPayload, TradeFailedPayload } from '../../protocol/trades.ts';
import type { Appended } from '../journal/journal.ts';
import type { ReadPortfolio } from './external-portfolio.ts';

/** One event of a sender. Ids are one namespace over the routes of a secret: it makes one sender. */
export interface HookEvent {
  readonly id: string;
  /** Of route and body: distinguishes a repeat from another event under a used id. */
  readonly digest: string;
}

/** The first result of an event; `duplicate` where the event was accepted before. */
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
  /** Appends to the user's journal; `appended` is to be published, null for a repeat. */
  trade(
    event: HookEvent,
    userId: string,
    report: TradeReport,
  ): Promise<HookOutcome<{ seq: number }> & { appended: Appended | null }>;
  /** Replaces the portfolio that was reported for the user, unless that one is younger. */
  portfolio(event: HookEvent, userId: string, read: ReadPortfolio): Promise<HookOutcome<PortfolioReported>>;
  /**
   * Uses up a one-time code and links its user. Throws NOT_FOUND for a code that is unknown, used or expired,
   * CONFLICT where the Discord account is linked to another user.
   */
  link(
    event: HookEvent,
    link: { readonly code: string; readonly discordUserId: string; readonly now: number },
  ): Promise<HookOutcome<{ username: string }>>;
  /** An event that was taken before, with the user of its order and its result, if it has one; null without one. */
  find<T extends object>(event: HookEvent): Promise<{ userId: string | null; result: T | null } | null>;
  /**
   * Claims the id for an order of this user before it is placed; that must be harmless to repeat until `close`. A repeat
   * is for the user of the first one.
   */
  open(event: HookEvent, userId: string): Promise<{ userId: string; alreadyClosed: boolean }>;
  /** Frees the id of an opened event whose work was refused, unless it has been closed meanwhile. */
  release(event: HookEvent): Promise<void>;
  /** Records the result of an opened event: its work is done and is never done again. */
  close(event: HookEvent, result: object): Promise<void>;
}
