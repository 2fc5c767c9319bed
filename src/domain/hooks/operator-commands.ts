import type { Role } from '../../protocol/accounts.ts';
import type { PositionClosed } from '../../protocol/hooks.ts';
import type { Tier } from '../../protocol/tier.ts';
import type { Appended } from '../journal/journal.ts';
import type { HaltScope } from '../trading/trading.ts';
import type { HookEvent, HookOutcome } from './hook-inbox.ts';
import type { Recipient } from './recipient.ts';

/** An operator's event; times are milliseconds since epoch. */
export interface OperatorEvent extends HookEvent {
  /** In whole seconds, as the signature has it. */
  readonly signedAt: number;
  /** By the clock of the replica that received the whole request. */
  readonly receivedAt: number;
}

/** What is to hold from now on; `at` is milliseconds since epoch. */
export type OperatorCommand =
  | {
      readonly kind: 'halt';
      readonly whom: Recipient | 'everyone';
      readonly halted: boolean;
      readonly reason: string;
      readonly at: number;
    }
  | { readonly kind: 'ban'; readonly whom: Recipient; readonly banned: boolean }
  | { readonly kind: 'role'; readonly whom: Recipient; readonly role: Role }
  | { readonly kind: 'tier'; readonly whom: Recipient; readonly tier: Tier };

/** Closes what the user holds of the symbol, dollars a share; `at` is milliseconds since epoch. */
export interface ClosePosition {
  readonly whom: Recipient;
  readonly symbol: string;
  readonly price: number;
  readonly note: string | null;
  readonly at: number;
}

/** `scope` is whom the command concerned; null for a repeat, which concerns nobody any more. */
export type OperatorOutcome<T> = HookOutcome<T> & { readonly scope: HaltScope | null };

/** Where commands of operators are carried out. */
export interface OperatorCommands {
  /**
   * The event, the effect and the answer in one transaction: a replica that hangs in the middle has done nothing, and
   * a repeat answers with the first result. Commands of one kind about one user, or about everyone, take effect in the
   * order in which they were signed and, within one second, received. Throws NOT_FOUND for no such user, CONFLICT where
   * the id was used for another event or a later command has been carried out; the id of a refused event stays free.
   */
  carryOut<T extends object>(
    event: OperatorEvent,
    command: OperatorCommand,
    result: T,
  ): Promise<OperatorOutcome<T>>;
  /**
   * The same for one position: commands about one user and symbol follow each other. `appended` is to be published, null
   * for a repeat. Throws NOT_FOUND where the user does not hold the symbol, CONFLICT while an order in it is open.
   */
  closePosition(
    event: OperatorEvent,
    close: ClosePosition,
  ): Promise<HookOutcome<PositionClosed> & { readonly appended: readonly Appended[] | null }>;
}
