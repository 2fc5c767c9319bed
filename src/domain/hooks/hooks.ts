import type { Clock } from '../../lib/clock.ts';
import type { Tier } from '../../protocol/accounts.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type {
  BanHook,
  DiscordLinkHook,
  HaltHook,
  OrderHook,
  PortfolioHook,
  TierHook,
  TradeHook,
} from '../../protocol/hooks.ts';
import { revokedTopic } from '../accounts/topics.ts';
import type { User, Users } from '../accounts/user.ts';
import type { Bus } from '../bus/bus.ts';
import { journalTopic } from '../journal/topics.ts';
import { portfolioTopic } from '../trading/topics.ts';
import type { HaltScope, PlaceResult, Trading } from '../trading/trading.ts';
import { externalPortfolio } from './external-portfolio.ts';
import type { HookEvent, HookInbox, HookOutcome, TradeReport } from './hook-inbox.ts';

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
  /** The kill switch: committed when it answers. A repeat answers as before and changes nothing. */
  halt(hook: HaltHook, digest: string): Promise<HookOutcome<{ halted: boolean }>>;
  /** Ends every session of the user, or lets the user in again. A repeat changes nothing. */
  ban(hook: BanHook, digest: string): Promise<HookOutcome<{ banned: boolean }>>;
  /** Makes an administrator of the user, or a member again. A repeat changes nothing. */
  tier(hook: TierHook, digest: string): Promise<HookOutcome<{ tier: Tier }>>;
}

/** Whom a hook concerns: its schema sees to it that exactly one is there. */
interface Recipient {
  readonly userId?: string;
  readonly discordUserId?: string;
}

export interface HooksParts {
  readonly users: Pick<Users, 'findById' | 'findByDiscordId' | 'ban' | 'unban' | 'setTier'>;
  readonly inbox: HookInbox;
  readonly trading: Pick<Trading, 'place' | 'halt' | 'resume'>;
  readonly bus: Bus;
  readonly clock: Clock;
}

export function createHooks({ users, inbox, trading, bus, clock }: HooksParts): Hooks {
  async function recipient({ userId, discordUserId = '' }: Recipient): Promise<User> {
    const found = userId === undefined ? users.findByDiscordId(discordUserId) : users.findById(userId);
    const user = await found;
    if (!user)
      throw new TradecastError('NOT_FOUND', 'No such user, or no user linked to this Discord account.');
    return user;
  }

  /** An id that is given is looked up by the write itself, which fails for one that does not exist. */
  const recipientId = async (hook: Recipient): Promise<string> => hook.userId ?? (await recipient(hook)).id;

  /**
   * Works for the first event of its id, and closes it: a replayed event must not undo a later one. After a crash
   * between the two, the sender's repeat works again.
   */
  async function once<T extends object>(
    event: HookEvent,
    result: T,
    work: () => Promise<unknown>,
  ): Promise<HookOutcome<T>> {
    const { alreadyClosed } = await inbox.open(event);
    if (!alreadyClosed) {
      await work();
      await inbox.close(event, result);
    }
    return { result, duplicate: alreadyClosed };
  }

  return {
    async trade(hook, digest) {
      const userId = await recipientId(hook);
      const event = { id: hook.eventId, digest };
      const report = tradeReport(hook, clock.now());
      const { result, duplicate, appended } = await inbox.trade(event, userId, report);
      if (appended) bus.publish(journalTopic, appended);
      return { result, duplicate };
    },

    async portfolio(hook, digest) {
      const userId = await recipientId(hook);
      const event = { id: hook.eventId, digest };
      const outcome = await inbox.portfolio(event, userId, externalPortfolio(hook.portfolio, clock.now()));
      if (!outcome.duplicate) bus.publish(portfolioTopic, { userId });
      return outcome;
    },

    // A crash between the two leaves the event open; the same key then finds the same order.
    async order(hook, digest) {
      const user = await recipient(hook);
      if (user.banned) throw new TradecastError('FORBIDDEN', 'This user may not trade.');
      const event = { id: hook.eventId, digest };
      const { alreadyClosed } = await inbox.open(event);
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

    async halt(hook, digest) {
      const event = { id: hook.eventId, digest };
      const scope: HaltScope =
        hook.scope === 'everyone' ? hook.scope : { userId: (await recipient(hook)).id };
      return once(event, { halted: hook.halted }, () =>
        hook.halted ? trading.halt(scope, hook.reason) : trading.resume(scope),
      );
    },

    async ban(hook, digest) {
      const event = { id: hook.eventId, digest };
      const { id: userId } = await recipient(hook);
      return once(event, { banned: hook.banned }, async () => {
        if (!hook.banned) return users.unban(userId);
        await users.ban(userId);
        bus.publish(revokedTopic, { userId, reason: 'banned' });
      });
    },

    async tier(hook, digest) {
      const event = { id: hook.eventId, digest };
      const { id: userId } = await recipient(hook);
      return once(event, { tier: hook.tier }, () => users.setTier(userId, hook.tier));
    },
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
