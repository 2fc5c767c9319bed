import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Role } from '../../protocol/accounts.ts';
import type {
  BanHook,
  DiscordLinkHook,
  HaltHook,
  OrderHook,
  PortfolioHook,
  PositionClosed,
  PositionHook,
  RoleHook,
  TierHook,
  TradeHook,
  TradeReported,
} from '../../protocol/hooks.ts';
import type { PortfolioReported } from '../../protocol/reports.ts';
import type { Tier } from '../../protocol/tier.ts';
import type { Users } from '../accounts/user.ts';
import type { Bus } from '../bus/bus.ts';
import type { InstrumentDirectory } from '../instrument/directory.ts';
import type { PlaceResult, Trading } from '../trading/trading.ts';
import type { HookInbox, HookOutcome } from './hook-inbox.ts';
import type { OperatorCommands, OperatorEvent } from './operator-commands.ts';

/** What was signed: the digest of its bytes, when, and when it arrived. */
export type Signed = Pick<OperatorEvent, 'digest' | 'signedAt' | 'receivedAt'>;

/**
 * What a signed sender may ask for. Each takes a validated body and the digest of what was sent. Throws
 * NOT_FOUND for an unknown user and CONFLICT for an event id that was used for another event.
 */
export interface Hooks {
  trade(hook: TradeHook, digest: string): Promise<HookOutcome<TradeReported>>;
  /** An older report than the one that is shown is answered and changes nothing. Throws VALIDATION for one without value. */
  portfolio(hook: PortfolioHook, signed: Signed): Promise<HookOutcome<PortfolioReported>>;
  /** Throws FORBIDDEN for a banned user; a denied order is an answer, not an error. */
  order(hook: OrderHook, digest: string): Promise<PlaceResult>;
  discordLink(hook: DiscordLinkHook, digest: string): Promise<HookOutcome<{ username: string }>>;
  /**
   * The kill switch: committed before it answers. As with all commands of operators, a repeat answers as before and
   * changes nothing, and one that was signed before the last of its kind throws CONFLICT.
   */
  halt(hook: HaltHook, signed: Signed): Promise<HookOutcome<{ halted: boolean }>>;
  /** Closes a position at the price that is stated. Throws NOT_FOUND where the user does not hold the symbol. */
  position(hook: PositionHook, signed: Signed): Promise<HookOutcome<PositionClosed>>;
  /** Ends every session of the user, or lets the user in again. */
  ban(hook: BanHook, signed: Signed): Promise<HookOutcome<{ banned: boolean }>>;
  /** Makes an administrator of the user, or a member again. */
  role(hook: RoleHook, signed: Signed): Promise<HookOutcome<{ role: Role }>>;
  /** Sets what the user has paid for. */
  tier(hook: TierHook, signed: Signed): Promise<HookOutcome<{ tier: Tier }>>;
}

export interface HooksParts {
  readonly users: Pick<Users, 'findById' | 'findByDiscordId'>;
  readonly inbox: HookInbox;
  readonly commands: OperatorCommands;
  readonly instruments: Pick<InstrumentDirectory, 'get'>;
  readonly trading: Pick<Trading, 'place'>;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}
