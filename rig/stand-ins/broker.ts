import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type BrokerBooks, createBrokerBooks, type SentOrder, type ToldEvent } from './broker-books.ts';

/**
 * A broker that is reached over HTTP, with books of its own. It takes each id once, and does with the first
 * submit and the first cancel of an order what it was told to.
 *
 *   POST /orders          200; 422 `duplicate` where it has the id; 422 `rejected`; 429 with Retry-After
 *   GET /orders/:id       200 with all that happened to it; 404
 *   DELETE /orders/:id    202; 422 where it has ended; 404
 *   GET /events?after=n   200 with what was told since, held back until there is something; without `after` from now on
 */
export interface BrokerStandIn {
  readonly url: string;
  readonly books: BrokerBooks;
  /** Submits, cancels and questions in order of arrival. */
  readonly requests: readonly SeenRequest[];
  /** For the checker: each order it took, and how often. */
  rows(): BrokerRow[];
  /** What it does with this order; without a script it takes it and fills it at once. */
  script(orderId: string, script: Partial<OrderScript>): void;
  /** Called with each request that was read, before it has any effect. */
  onRequest(listener: (request: SeenRequest) => void): void;
  stop(): Promise<void>;
}

/** An order as the broker has it. */
export interface BrokerRow {
  /** Our id of the order: what the broker received. */
  readonly orderId: string;
  readonly filledQuantity: number;
  /** How often it was taken as a new one. */
  readonly taken: number;
}

export interface SeenRequest {
  readonly kind: 'submit' | 'find' | 'cancel';
  readonly orderId: string;
}

/**
 * `lost`: it takes effect and the connection is cut. `error`: 500 without effect. `busy`: 429 without effect.
 * `slow`: it takes effect, and is answered, after `slowMs` only. `duplicate`: it takes effect and is answered as
 * if somebody had done it before. `rejected`: 422 without effect.
 */
export const BROKER_ANSWERS = ['accepted', 'lost', 'error', 'busy', 'slow', 'duplicate', 'rejected'] as const;
export type BrokerAnswer = (typeof BROKER_ANSWERS)[number];

export interface OrderScript {
  readonly submit: BrokerAnswer;
  readonly cancel: BrokerAnswer;
  /** Shares of each fill that follows the acceptance; what is left over stays working. */
  readonly fills: readonly number[];
  /** Fills that overtake the first cancel. */
  readonly fillsBeforeCancel: readonly number[];
  /** How often each event is told. */
  readonly tellTimes: number;
  /** Tells the acceptance after its fills, and the last fill first. */
  readonly backwards: boolean;
}

/** The script of an order for which there is none. */
const PLAIN: OrderScript = {
  submit: 'accepted',
  cancel: 'accepted',
  fills: [Number.MAX_SAFE_INTEGER],
  fillsBeforeCancel: [],
  tellTimes: 1,
  backwards: false,
};
/** Longer than anybody waits for an answer, milliseconds. */
const SLOW_MS = 5_500;
const RETRY_AFTER_SECONDS = 1;
/** A question for events is answered after this at the latest, and asked again, milliseconds. */
const HOLD_MS = 1_000;

export async function startBrokerStandIn({ slowMs = SLOW_MS } = {}): Promise<BrokerStandIn> {
  const books = createBrokerBooks();
  const scripts = new Map<string, Partial<OrderScript>>();
  const requests: SeenRequest[] = [];
  const taken = new Map<string, number>();
  const told: ToldEvent[] = [];
  const waiting = new Set<() => void>();
  const listeners = new Set<(request: SeenRequest) => void>();

  const scriptOf = (orderId: string): OrderScript => ({ ...PLAIN, ...scripts.get(orderId) });

  /** Lets `change` happen to an order and tells what came of it. */
  const tell = (orderId: string, change: () => void): void => {
    const before = books.events(orderId)?.length ?? 0;
    change();
    const happened = books.events(orderId)?.slice(before) ?? [];
    const { tellTimes, backwards } = scriptOf(orderId);
    for (const event of backwards ? happened.toReversed() : happened)
      for (let time = 0; time < tellTimes; time++) told.push(event);
    for (const answer of waiting) answer();
    waiting.clear();
  };

  const effects = {
    submit(orderId: string, order: SentOrder | null): number {
      const isNew = order !== null && !books.events(orderId);
      if (!isNew) return 422;
      taken.set(orderId, (taken.get(orderId) ?? 0) + 1);
      tell(orderId, () => {
        books.take(order);
        for (const quantity of scriptOf(orderId).fills) books.fill(orderId, quantity);
      });
      return 200;
    },
    cancel(orderId: string): number {
      if (!books.events(orderId)) return 404;
      tell(orderId, () => {
        for (const quantity of scriptOf(orderId).fillsBeforeCancel) books.fill(orderId, quantity);
      });
      let done = false;
      tell(orderId, () => {
        done = books.cancel(orderId);
      });
      return done ? 202 : 422;
    },
  };

  async function change(
    kind: 'submit' | 'cancel',
    orderId: string,
    order: SentOrder | null,
    response: ServerResponse,
  ): Promise<void> {
    const isFirst = !requests.some((seen) => seen.kind === kind && seen.orderId === orderId);
    see({ kind, orderId });
    const answer = isFirst ? scriptOf(orderId)[kind] : 'accepted';
    if (answer === 'error') return reply(response, 500, { code: 'error' });
    if (answer === 'rejected') return reply(response, 422, { code: 'rejected', message: 'not allowed' });
    if (answer === 'busy')
      return reply(response, 429, { code: 'busy' }, { 'retry-after': String(RETRY_AFTER_SECONDS) });
    if (answer === 'slow') await pause(slowMs, undefined, { ref: false });
    const status = effects[kind](orderId, order);
    if (answer === 'lost') return void response.socket?.destroy();
    if (answer === 'duplicate' || status === 422) return reply(response, 422, { code: 'duplicate' });
    reply(response, status, {});
  }

  function see(request: SeenRequest): void {
    requests.push(request);
    for (const listener of listeners) listener(request);
  }

  function find(orderId: string, response: ServerResponse): void {
    see({ kind: 'find', orderId });
    const events = books.events(orderId);
    reply(response, events ? 200 : 404, { events });
  }

  async function events(after: number | null, response: ServerResponse): Promise<void> {
    if (after !== null && after >= told.length)
      await new Promise<void>((resolve) => {
        waiting.add(resolve);
        setTimeout(resolve, HOLD_MS).unref();
      });
    reply(response, 200, { events: told.slice(after ?? told.length), next: told.length });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://broker');
    const orderId = pathname.split('/')[2] ?? '';
    const after = searchParams.get('after');
    if (request.method === 'POST') {
      const order = (await json(request)) as SentOrder;
      return change('submit', order.id, order, response);
    }
    if (request.method === 'DELETE') return change('cancel', orderId, null, response);
    if (pathname === '/events') return events(after === null ? null : Number(after), response);
    find(orderId, response);
  }

  const server = createServer((request, response) => {
    // Whoever asked may be dead by now.
    serve(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    books,
    requests,
    rows: () =>
      books.orders().map(({ id, filledQuantity }) => ({
        orderId: id,
        filledQuantity,
        taken: taken.get(id) ?? 0,
      })),
    script: (orderId, script) => void scripts.set(orderId, script),
    onRequest: (listener) => void listeners.add(listener),
    async stop() {
      for (const answer of waiting) answer();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function reply(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
