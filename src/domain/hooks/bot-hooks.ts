import { isUnavailable, TradecastError } from '../../protocol/errors.ts';
import type { TradeHook, TradeReported } from '../../protocol/hooks.ts';
import { journalTopic } from '../journal/topics.ts';
import { portfolioTopic } from '../trading/topics.ts';
import { namesIn, readPortfolio } from './external-portfolio.ts';
import type { HookEvent, HookOutcome, TradeReport } from './hook-inbox.ts';
import type { Hooks, HooksParts } from './hooks.ts';
import { findRecipient, type Recipient } from './recipient.ts';
import { createReportReader } from './report-reader.ts';
import { createReadNames, type SymbolOf } from './reported-names.ts';

type BotHooks = Pick<Hooks, 'trade' | 'portfolio' | 'order' | 'discordLink'>;

/** What bots send: reports of trades and portfolios, orders, and the codes that link Discord accounts. */
export function createBotHooks({ users, inbox, instruments, trading, bus, clock }: HooksParts): BotHooks {
  /** A given id is not looked up: the write itself fails for a user that does not exist. */
  const recipientId = async (hook: Recipient): Promise<string> =>
    hook.userId ?? (await findRecipient(users, hook)).id;

  /** An event that was answered gets its answer again, also when its user is named by a link that has ended. */
  async function answered<T extends object>(
    event: HookEvent,
    work: () => Promise<HookOutcome<T>>,
  ): Promise<HookOutcome<T>> {
    try {
      return await work();
    } catch (error) {
      const isLost = error instanceof TradecastError && error.code === 'NOT_FOUND';
      const first = isLost ? await inbox.find<T>(event) : null;
      if (!first?.result) throw error;
      return { result: first.result, duplicate: true };
    }
  }

  const readNames = createReadNames({ instruments, clock });

  async function reportTrade(event: HookEvent, hook: TradeHook): Promise<HookOutcome<{ seq: number }>> {
    const symbolOf = await readNames([hook.type === 'failed' ? hook.signal.symbol : hook.trade.symbol]);
    const report = tradeReport(hook, clock.now(), symbolOf);
    const { result, duplicate, appended } = await inbox.trade(event, await recipientId(hook), report);
    if (appended) bus.publish(journalTopic, appended);
    return { result, duplicate };
  }

  return {
    async trade(hook, digest) {
      const event = { id: hook.eventId, digest };
      const { result, duplicate } = await answered(event, () => reportTrade(event, hook));
      // The same bytes leave out the same fields: a repeat is answered alike.
      return { result: { seq: result.seq, ...leftOut(hook) }, duplicate };
    },

    async portfolio(hook, { digest, signedAt }) {
      const event = { id: hook.eventId, digest };
      return answered(event, async () => {
        const userId = await recipientId(hook);
        const { eventId: _, userId: __, discordUserId: ___, portfolio, ...beside } = hook;
        const symbolOf = await readNames(namesIn(portfolio));
        const read = readPortfolio(portfolio, { beside, signedAt, now: clock.now(), symbolOf });
        const outcome = await inbox.portfolio(event, userId, read);
        if (!outcome.duplicate && outcome.result.applied) bus.publish(portfolioTopic, { userId });
        return outcome;
      });
    },

    async order(hook, digest) {
      const event = { id: hook.eventId, digest };
      const first = await inbox.find(event);
      const asked = first?.userId ?? (await findRecipient(users, hook)).id;
      const { userId, alreadyClosed } = await inbox.open(event, asked);
      // A crash before the event is closed leaves it open; the same key then finds the same order.
      const order = { userId, request: hook.order, source: 'hook', key: hook.eventId } as const;
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

const HOOK_FIELDS = ['eventId', 'userId', 'discordUserId', 'type'];
const FIELDS = {
  executed: {
    hook: new Set([...HOOK_FIELDS, 'trade']),
    trade: new Set(['id', 'symbol', 'side', 'quantity', 'price', 'status', 'timestamp']),
  },
  failed: {
    hook: new Set([...HOOK_FIELDS, 'error', 'code', 'signal']),
    trade: new Set(['symbol', 'side', 'quantity']),
  },
};

/** The fields of a report that have no meaning here. */
function leftOut(hook: TradeHook): Omit<TradeReported, 'seq'> {
  const reader = createReportReader();
  const known = FIELDS[hook.type];
  reader.others(hook.type === 'failed' ? hook.signal : hook.trade, known.trade, {});
  reader.others(hook, known.hook, {});
  return reader.skipped();
}

function tradeReport(hook: TradeHook, now: number, symbolOf: SymbolOf): TradeReport {
  if (hook.type === 'failed') {
    const { error, code } = hook;
    const { symbol, side, quantity } = hook.signal;
    const signal = { symbol: symbolOf(symbol), side, quantity };
    const timestamp = new Date(now).toISOString();
    const payload = { error, message: error, code, signal, timestamp, source: 'external' } as const;
    return { event: 'trade:failed', payload };
  }
  const { timestamp, id, symbol, side, quantity, price, status } = hook.trade;
  const at = timestamp ? Date.parse(timestamp) : now;
  return {
    event: 'trade:executed',
    payload: {
      id,
      symbol: symbolOf(symbol),
      side,
      quantity,
      price,
      status,
      timestamp: new Date(at).toISOString(),
      source: 'external',
    },
  };
}
