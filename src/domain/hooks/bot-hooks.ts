import { isUnavailable, TradecastError } from '../../protocol/errors.ts';
import type { TradeHook } from '../../protocol/hooks.ts';
import { journalTopic } from '../journal/topics.ts';
import { portfolioTopic } from '../trading/topics.ts';
import { externalPortfolio } from './external-portfolio.ts';
import type { TradeReport } from './hook-inbox.ts';
import type { Hooks, HooksParts } from './hooks.ts';
import { findRecipient, type Recipient } from './recipient.ts';

type BotHooks = Pick<Hooks, 'trade' | 'portfolio' | 'order' | 'discordLink'>;

/** What bots send: reports of trades and portfolios, orders, and the codes that link Discord accounts. */
export function createBotHooks({ users, inbox, trading, bus, clock }: HooksParts): BotHooks {
  /** A given id is not looked up: the write itself fails for a user that does not exist. */
  const recipientId = async (hook: Recipient): Promise<string> =>
    hook.userId ?? (await findRecipient(users, hook)).id;

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

    async order(hook, digest) {
      const user = await findRecipient(users, hook);
      const event = { id: hook.eventId, digest };
      const { alreadyClosed } = await inbox.open(event);
      // A crash before the event is closed leaves it open; the same key then finds the same order.
      const order = { userId: user.id, request: hook.order, source: 'hook', key: hook.eventId } as const;
      const placed = await trading.place(order).catch(async (error: unknown) => {
        if (error instanceof TradecastError && !isUnavailable(error)) await inbox.release(event);
        throw error;
      });
      if (!alreadyClosed) await inbox.close(event, { orderId: placed.order.id });
      return { ...placed, duplicate: placed.duplicate || alreadyClosed };
    },

    discordLink: ({ eventId, code, discordUserId }, digest) =>
      inbox.link({ id: eventId, digest }, { code, discordUserId, now: clock.now() }),
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
