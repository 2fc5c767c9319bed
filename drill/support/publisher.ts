import { tradeHook } from '../../rig/clients/hooks.ts';
import { createSender, type Failures, type SenderOptions } from './sender.ts';

export type { Target } from './sender.ts';

export interface PublisherOptions extends SenderOptions {
  /** Begins every key. */
  readonly name: string;
  readonly userIds: readonly string[];
  readonly symbols: readonly string[];
}

export interface Pace {
  /** Trades made elsewhere, and orders to be executed here, a second. */
  readonly trades: number;
  readonly orders: number;
}

export interface Publisher {
  /** Begins to send at this pace; returns what ends it and waits for the answers that are still owed. */
  start(pace: Pace): () => Promise<void>;
  /** Sends one trade now; resolves with its key when it is acknowledged. */
  trade(userId: string, suffix?: string): Promise<string>;
  failures(): Failures;
}

/** After the end of a load, answers are waited for this long. */
const LAST_ANSWER_MS = 20_000;
const STEP_MS = 20;

/** Signs like a bot and repeats each request under its key until the answer is definite. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { random, name } = options;
  const sender = createSender(options);
  let count = 0;
  const nextKey = (kind: string): string => {
    count += 1;
    return `${name}-${kind}-${count}`;
  };

  async function trade(userId: string, suffix = ''): Promise<string> {
    const key = `${nextKey('trade')}${suffix}`;
    const body = tradeHook(userId, key, random.pick(options.symbols));
    await sender.send({ kind: 'trade', key, userId, route: '/hooks/trades', body });
    return key;
  }

  function order(userId: string): Promise<void> {
    const key = nextKey('order');
    const placed = { symbol: random.pick(options.symbols), side: 'buy', quantity: 1, type: 'market' };
    return sender.send({
      kind: 'order',
      key,
      userId,
      route: '/hooks/orders',
      body: { userId, order: placed },
    });
  }

  return {
    trade,
    failures: sender.failures,
    start({ trades, orders }) {
      sender.giveUpAt(Number.POSITIVE_INFINITY);
      const waiting = new Set<Promise<unknown>>();
      const startedAt = Date.now();
      const done = { trades: 0, orders: 0 };
      const track = (sending: Promise<unknown>): void => {
        waiting.add(sending);
        void sending.finally(() => waiting.delete(sending));
      };
      const timer = setInterval(() => {
        const seconds = (Date.now() - startedAt) / 1_000;
        for (; done.trades < seconds * trades; done.trades++) track(trade(random.pick(options.userIds)));
        for (; done.orders < seconds * orders; done.orders++) track(order(random.pick(options.userIds)));
      }, STEP_MS);
      return async () => {
        clearInterval(timer);
        sender.giveUpAt(Date.now() + LAST_ANSWER_MS);
        await Promise.all(waiting);
      };
    },
  };
}
