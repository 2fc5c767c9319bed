import type { DiscordLinkHook, OrderHook, PortfolioHook, TradeHook } from '../../protocol/hooks.ts';
import type { PlaceResult } from '../trading/trading.ts';
import type { HookOutcome } from './hook-inbox.ts';

/**
 * What a signed sender may tell. Each takes the body as it was validated and throws NOT_FOUND for an unknown
 * user and CONFLICT for an event id that was used for something else.
 */
export interface Hooks {
  trade(hook: TradeHook): Promise<HookOutcome<{ seq: number }>>;
  portfolio(hook: PortfolioHook): Promise<HookOutcome<{ timestamp: string }>>;
  order(hook: OrderHook): Promise<PlaceResult>;
  discordLink(hook: DiscordLinkHook): Promise<HookOutcome<{ username: string }>>;
}
