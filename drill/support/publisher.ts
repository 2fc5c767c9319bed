import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../rig/random.ts';
import type { Ledger } from './ledger.ts';

/** Where a request goes. `name` is told in the ledger: the replica's, or nothing for the front. */
export interface Target {
  readonly port: number;
  readonly name: string;
}

export interface PublisherOptions {
  readonly ledger: Ledger;
  readonly hookSecret: string;
  readonly random: Random;
  /** Begins every key. */
  readonly name: string;
  readonly userIds: readonly string[];
  readonly symbols: readonly string[];
  /** Asked before each attempt: a repeat may go elsewhere. */
  readonly targets: () => readonly Target[];
  /** A connection for each request, as through a proxy that keeps none. */
  readonly keepAlive?: boolean;
  /** The end of a request follows so long after its beginning, as over a slow line: some are always under way. */
  readonly bodyMs?: number;
  /** Repeats under another key, which is what nobody may do: the control of the keys. */
  readonly freshKeys?: boolean;
}

export interface Pace {
  /** Trades made elsewhere, and orders to be executed here, a second. */
  readonly trades: number;
  readonly orders: number;
}

export interface Failures {
  /** Answers of 500 and above. */
  readonly serverErrors: number;
  /** Requests that ended without an answer. */
  readonly cutOff: number;
  /** How those ended, the first few: code and milliseconds from sending. */
  readonly endings: readonly string[];
  /** From sending to the answer, whatever it was, or to giving up, the longest, milliseconds. */
  readonly slowestMs: number;
  /** Repeats that were told that it had happened: the error before was a commit. */
  readonly hadHappened: number;
}

export interface Publisher {
  /** Begins to send at this pace; returns what ends it and waits for the answers that are still owed. */
  start(pace: Pace): () => Promise<void>;
  /** Sends one trade now; resolves with its key when it is acknowledged. */
  trade(userId: string, suffix?: string): Promise<string>;
  failures(): Failures;
}

/** A request without an answer is given up and repeated after this, milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;
const REPEAT_MS = 200;
/** After the end of a load, answers are waited for this long, milliseconds. */
const LAST_ANSWER_MS = 20_000;
const STEP_MS = 20;
const ENDINGS_TOLD = 5;

interface Answer {
  readonly status: number;
  readonly body: {
    data?: { seq?: number; orderId?: string; duplicate?: boolean };
    orderId?: string;
    code?: string;
  };
}

/** Signs like a bot and repeats each request under its key until the answer is definite. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { ledger, random, name } = options;
  const agent = options.keepAlive === false ? false : new Agent({ keepAlive: true, maxSockets: 64 });
  const failures = { serverErrors: 0, cutOff: 0, slowestMs: 0, hadHappened: 0 };
  const endings: string[] = [];
  let count = 0;
  let giveUpAt = Number.POSITIVE_INFINITY;

  function post(port: number, route: string, text: string): Promise<Answer> {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', options.hookSecret).update(`${timestamp}.${text}`).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'x-tradecast-timestamp': timestamp,
      'x-tradecast-signature': `v1=${signature}`,
    };
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    return new Promise((resolve, reject) => {
      const sent = request(
        { port, host: '127.0.0.1', path: route, method: 'POST', agent, headers, signal },
        (response) => {
          let body = '';
          response.setEncoding('utf8');
          response.on('data', (chunk) => {
            body += chunk;
          });
          response.once('error', reject);
          response.once('end', () => {
            try {
              resolve({ status: response.statusCode ?? 0, body: JSON.parse(body) });
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      sent.once('error', reject);
      if (options.bodyMs === undefined) sent.end(text);
      else {
        sent.write(text.slice(0, 1));
        setTimeout(() => sent.destroyed || sent.end(text.slice(1)), options.bodyMs);
      }
    });
  }

  async function send(
    kind: 'trade' | 'order',
    key: string,
    userId: string,
    route: string,
    body: object,
  ): Promise<void> {
    let text = JSON.stringify({ eventId: key, ...body });
    let target = random.pick(options.targets());
    ledger.sending({ key, kind, userId, via: target.name });
    for (let attempt = 1; Date.now() < giveUpAt; attempt++) {
      if (options.freshKeys && attempt > 1) text = JSON.stringify({ eventId: `${key}~${attempt}`, ...body });
      const startedAt = Date.now();
      const answer = await post(target.port, route, text).catch((error: NodeJS.ErrnoException) => {
        const at = new Date(startedAt).toISOString();
        endings.push(`${error.code ?? error.name} after ${Date.now() - startedAt} ms, sent at ${at}`);
        return null;
      });
      failures.slowestMs = Math.max(failures.slowestMs, Date.now() - startedAt);
      if (answer && answer.status < 300) {
        const { seq = null, orderId = null, duplicate } = answer.body.data ?? {};
        if (duplicate && attempt > 1) failures.hadHappened += 1;
        return ledger.acknowledged(key, { seq, orderId });
      }
      if (answer && answer.status < 500 && answer.status !== 429) {
        return ledger.refused(key, `${answer.status} ${answer.body.code}`);
      }
      if (answer === null) failures.cutOff += 1;
      else if (answer.status >= 500) failures.serverErrors += 1;
      await pause(REPEAT_MS);
      target = random.pick(options.targets());
    }
  }

  const nextKey = (kind: string): string => {
    count += 1;
    return `${name}-${kind}-${count}`;
  };

  async function trade(userId: string, suffix = ''): Promise<string> {
    const key = `${nextKey('trade')}${suffix}`;
    const symbol = random.pick(options.symbols);
    const body = { id: key, symbol, side: 'buy', quantity: 10, price: 187.25 };
    const event = { userId, type: 'executed', trade: body };
    await send('trade', key, userId, '/hooks/trades', event);
    return key;
  }

  function order(userId: string): Promise<void> {
    const key = nextKey('order');
    const body = { symbol: random.pick(options.symbols), side: 'buy', quantity: 1, type: 'market' };
    return send('order', key, userId, '/hooks/orders', { userId, order: body });
  }

  return {
    trade,
    failures: () => ({ ...failures, endings: endings.slice(0, ENDINGS_TOLD) }),
    start({ trades, orders }) {
      giveUpAt = Number.POSITIVE_INFINITY;
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
        giveUpAt = Date.now() + LAST_ANSWER_MS;
        await Promise.all(waiting);
      };
    },
  };
}
