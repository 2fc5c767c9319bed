import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { BrokerBooks, SentOrder } from './books.ts';
import { createDesk, type StandInDesk } from './desk.ts';
import type { OrderScript } from './script.ts';

/**
 * A broker that is reached over HTTP, with books of its own. It accepts each id once, and follows the script of an
 * order at its first submit and its first cancel.
 *
 *   POST /orders          200; 422 `duplicate` where it has the id; 422 `rejected`; 429 with Retry-After
 *   GET /orders/:id       200 with all that happened to it; 404
 *   DELETE /orders/:id    202; 422 where it has ended; 404
 *   GET /events?after=n   200 with what was reported since, held back until there is something; without `after` from now on
 */
export interface BrokerStandIn {
  readonly url: string;
  readonly books: BrokerBooks;
  /** Submits, cancels and questions in order of arrival. */
  readonly requests: readonly SeenRequest[];
  /** For the checker: each order it accepted, and how often. */
  rows(): BrokerRow[];
  /** What it does with this order; without a script it accepts it and fills it at once. */
  script(orderId: string, script: Partial<OrderScript>): void;
  /** Called with each request that was read, before it has any effect. */
  onRequest(listener: (request: SeenRequest) => void): void;
  /** Called with each request whose answer the script holds back. */
  onWithheld(listener: (request: SeenRequest) => void): void;
  stop(): Promise<void>;
}

/** An order as the broker has it. */
export interface BrokerRow {
  /** Our id of the order: what the broker received. */
  readonly orderId: string;
  readonly filledQuantity: number;
  /** How often it was accepted as a new one. */
  readonly taken: number;
}

export interface SeenRequest {
  readonly kind: 'submit' | 'find' | 'cancel';
  readonly orderId: string;
}

const RETRY_AFTER_SECONDS = 1;
/** A question for events is answered after this at the latest, and asked again. */
const HOLD_MS = 1_000;

export async function startBrokerStandIn(): Promise<BrokerStandIn> {
  const desk = createDesk();
  const requests: SeenRequest[] = [];
  const listeners = new Set<(request: SeenRequest) => void>();
  const withheld = createWithheld();
  const see = (request: SeenRequest): void => {
    requests.push(request);
    for (const listener of listeners) listener(request);
  };
  const server = createServer((request, response) => {
    // The caller may be dead by now.
    serve({ desk, requests, see, withheld }, request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    books: desk.books,
    requests,
    rows: () =>
      desk.books
        .orders()
        .map(({ id, filledQuantity }) => ({ orderId: id, filledQuantity, taken: desk.taken(id) })),
    script: desk.script,
    onRequest: (listener) => void listeners.add(listener),
    onWithheld: withheld.onBegin,
    async stop() {
      desk.release();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface Parts {
  readonly desk: StandInDesk;
  readonly requests: readonly SeenRequest[];
  readonly see: (request: SeenRequest) => void;
  readonly withheld: Withheld;
}

/** Requests that take effect only after the broker was asked for their order. */
interface Withheld {
  begin(request: SeenRequest): Promise<void>;
  asked(orderId: string): void;
  onBegin(listener: (request: SeenRequest) => void): void;
}

function createWithheld(): Withheld {
  const listeners = new Set<(request: SeenRequest) => void>();
  const waiting = new Map<string, () => void>();
  return {
    begin(request) {
      const asked = new Promise<void>((resolve) => void waiting.set(request.orderId, resolve));
      for (const listener of listeners) listener(request);
      return asked;
    },
    asked: (orderId) => waiting.get(orderId)?.(),
    onBegin: (listener) => void listeners.add(listener),
  };
}

async function serve(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { desk, see, withheld } = parts;
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://broker');
  const orderId = pathname.split('/')[2] ?? '';
  if (request.method === 'POST') {
    const order = (await json(request)) as SentOrder;
    return change(parts, { kind: 'submit', orderId: order.id }, () => desk.submit(order), response);
  }
  if (request.method === 'DELETE')
    return change(parts, { kind: 'cancel', orderId }, () => desk.cancel(orderId), response);
  if (pathname === '/events') return sendEvents(desk, searchParams.get('after'), response);
  see({ kind: 'find', orderId });
  const events = desk.books.events(orderId);
  reply(response, events ? 200 : 404, { events });
  withheld.asked(orderId);
}

/** A submit or a cancel: the first of an order follows its script. */
async function change(
  { desk, requests, see, withheld }: Parts,
  seen: SeenRequest & { kind: 'submit' | 'cancel' },
  effect: () => number,
  response: ServerResponse,
): Promise<void> {
  const { kind, orderId } = seen;
  const isFirst = !requests.some((earlier) => earlier.kind === kind && earlier.orderId === orderId);
  see(seen);
  const answer = isFirst ? desk.scriptOf(orderId)[kind] : 'accepted';
  if (answer === 'error') return reply(response, 500, { code: 'error' });
  if (answer === 'rejected') return reply(response, 422, { code: 'rejected', message: 'not allowed' });
  if (answer === 'busy')
    return reply(response, 429, { code: 'busy' }, { 'retry-after': String(RETRY_AFTER_SECONDS) });
  if (answer === 'slow') await withheld.begin(seen);
  const status = effect();
  if (answer === 'lost') return void response.socket?.destroy();
  if (answer === 'duplicate' || status === 422) return reply(response, 422, { code: 'duplicate' });
  reply(response, status, {});
}

async function sendEvents(desk: StandInDesk, after: string | null, response: ServerResponse): Promise<void> {
  if (after !== null) await desk.more(Number(after), HOLD_MS);
  const { reported } = desk;
  reply(response, 200, {
    events: reported.slice(after === null ? reported.length : Number(after)),
    next: reported.length,
  });
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
