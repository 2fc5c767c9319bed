import type { Clock } from '../../lib/clock.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { DiscordLinkHook, OrderHook, PortfolioHook, TradeHook } from '../../protocol/hooks.ts';
import type { User, Users } from '../accounts/user.ts';
import type { Bus } from '../cluster/bus.ts';
import type { PlaceResult, Trading } from '../trading/trading.ts';
import { externalPortfolio } from './external-portfolio.ts';
import type { HookInbox, HookOutcome, TradeReport } from './hook-inbox.ts';

/**
 * What a signed sender may tell. Each takes a validated body and the digest of what was sent. Throws
 * NOT_FOUND for an unknown user and CONFLICT for an event id that was used for something else.
 */
export interface Hooks {
  trade(hook: TradeHook, digest: string): Promise<HookOutcome<{ seq: number }>>;
  portfolio(hook: PortfolioHook, digest: string): Promise<HookOutcome<{ timestamp: string }>>;
  /** Throws FORBIDDEN for a banned user; a refused order is an answer, not an error. */
  order(hook: OrderHook, digest: string): Promise<PlaceResult>;
  discordLink(hook: DiscordLinkHook, digest: string): Promise<HookOutcome<{ username: string }>>;
}

export interface HooksParts {
  readonly users: Pick<Users, 'findById' | 'findByDiscordId'>;
  readonly inbox: HookInbox;
  readonly trading: Pick<Trading, 'place'>;
  readonly bus: Bus;
  readonly clock: Clock;
}

export function createHooks({ users, inbox, trading, bus, clock }: HooksParts): Hooks {
  async function recipient(hook: { userId?: string; discordUserId?: string }): Promise<User> {
    const user =
      hook.userId !== undefined
        ? await users.findById(hook.userId)
        : await users.findByDiscordId(hook.discordUserId ?? '');
    if (!user)
      throw new TradecastError('NOT_FOUND', 'No such user, or no user linked to this Discord account.');
    return user;
  }

  return {
    async trade(hook, digest) {
      const user = await recipient(hook);
      const event = { id: hook.eventId, digest };
      const { result, duplicate, appended } = await inbox.trade(
        event,
        user.id,
        tradeReport(hook, clock.now()),
      );
      if (appended) bus.publish('journal', appended);
      return { result, duplicate };
    },

    async portfolio(hook, digest) {
      const user = await recipient(hook);
      const event = { id: hook.eventId, digest };
      const outcome = await inbox.portfolio(event, user.id, externalPortfolio(hook.portfolio, clock.now()));
      if (!outcome.duplicate) bus.publish('portfolio', { userId: user.id });
      return outcome;
    },

    async order(hook, digest) {
      const user = await recipient(hook);
      if (user.banned) throw new TradecastError('FORBIDDEN', 'This user may not trade.');
      const event = { id: hook.eventId, digest };
      const { alreadyClosed } = await inbox.open(event);
      // A crash between the two leaves the event open; the same key then finds the same order.
      const key = `hook:${hook.eventId}`;
      const placed = await trading.place({ userId: user.id, request: hook.order, source: 'hook', key });
      if (!alreadyClosed) await inbox.close(event, { orderId: placed.order.id });
      return { ...placed, duplicate: placed.duplicate || alreadyClosed };
    },

    discordLink: (hook, digest) =>
      inbox.link(
        { id: hook.eventId, digest },
        { code: hook.code, discordUserId: hook.discordUserId, now: clock.now() },
      ),
  };
}

function tradeReport(hook: TradeHook, now: number): TradeReport {
  if (hook.type === 'failed') {
    const { error, code, signal } = hook;
    const timestamp = new Date(now).toISOString();
    return { event: 'trade:failed', payload: { error, code, signal, timestamp, source: 'external' } };
  }
  const { timestamp, ...trade } = hook.trade;
  const at = timestamp === undefined ? now : Date.parse(timestamp);
  return {
    event: 'trade:executed',
    payload: { ...trade, timestamp: new Date(at).toISOString(), source: 'external' },
  };
}
