/**
 * The server's side of the wire for dashboard tests: a real HTTP and Socket.IO server on a free port whose
 * answers each test sets. It keeps what the dashboard asked for.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import type { ErrorCode } from '../../../src/protocol/errors.ts';
import type {
  ClientEvent,
  ClientToServerEvents,
  JournalEntryPayload,
  ServerToClientEvents,
} from '../../../src/protocol/events.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { BARS, MARKET_OPEN, NAMES, ORDER, PORTFOLIO, quoteOf, USER } from './fixtures.ts';

export type DoubleSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly error: string;
  readonly retryAfterMs?: number;
}
export const refuse = (status: number, code: ErrorCode, error: string, retryAfterMs?: number): Refusal => ({
  status,
  code,
  error,
  retryAfterMs,
});
const isRefusal = (answer: unknown): answer is Refusal =>
  typeof answer === 'object' && answer !== null && 'status' in answer && 'error' in answer;

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}
type Route = (asked: Asked) => unknown;
type AckAnswer =
  | ({ ok: true } & Record<string, unknown>)
  | { ok: false; code: ErrorCode; message: string; retryAfterMs?: number };

export interface Received {
  readonly socketId: string;
  readonly event: ClientEvent;
  readonly payload: unknown;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? undefined : JSON.parse(text);
}

export type Double = Awaited<ReturnType<typeof startDouble>>;

export async function startDouble(port = 0) {
  const asked: Asked[] = [];
  const received: Received[] = [];
  const journal = { epoch: 'e1', events: [] as JournalEntryPayload[] };
  const head = () => journal.events.at(-1)?.payload.seq ?? 0;

  /** `GET /api/portfolio` → its answer; tests replace what they are about. */
  const routes: Record<string, Route> = {
    'GET /api/auth/session': () => ({ user: USER, sessionID: 's1' }),
    'POST /api/auth/login': () => ({ user: USER, sessionID: 's1' }),
    'POST /api/auth/register': () => ({ user: USER, sessionID: 's1' }),
    'POST /api/auth/logout': () => undefined,
    'GET /api/portfolio': () => PORTFOLIO,
    'GET /api/trades': ({ query }) => {
      const after = Number(query.get('after') ?? 0);
      const limit = Number(query.get('limit') ?? 500);
      const events = journal.events.filter(({ payload }) => payload.seq > after).slice(0, limit);
      return { epoch: journal.epoch, head: head(), events };
    },
    'GET /api/orders': () => [ORDER],
    'POST /api/orders': ({ body }) => ({ ...ORDER, ...(body as object), id: 'o-new' }),
    'DELETE /api/orders/*': () => ({ ...ORDER, status: 'cancelled' }),
    'GET /api/account/discord-link': () => ({ discordUserId: null }),
    'POST /api/account/discord-link': () => ({ code: '7K3M9Q2X', expiresAt: '2026-11-20T15:10:00.000Z' }),
    'DELETE /api/account/discord-link': () => undefined,
    'GET /api/watchlist': () => ({ symbols: ['AAPL', 'MSFT', 'TSLA'] }),
    'PUT /api/watchlist': ({ body }) => body,
    'GET /api/quotes': ({ query }) =>
      (query.get('symbols') ?? '').split(',').map((symbol) => quoteOf(symbol)),
    'GET /api/market/status': () => MARKET_OPEN,
    'GET /api/symbols': ({ query }) => {
      const text = (query.get('q') ?? '').toUpperCase();
      return NAMES.filter(({ symbol, name }) => symbol.startsWith(text) || name.toUpperCase().includes(text));
    },
    'GET /api/candles': () => BARS,
  };
  /** The answer to each client event; null leaves the client without one. */
  const answers: Partial<Record<ClientEvent, (payload: unknown, socket: DoubleSocket) => AckAnswer | null>> =
    {};
  const feed = { source: 'simulated', state: 'live', lastTickAgeMs: 40, leader: 'one' };
  const switches: { refuseConnect: { message: string; data: object } | null; protocol: number } = {
    refuseConnect: null,
    protocol: 1,
  };

  const http = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://double');
    const method = request.method ?? 'GET';
    const exchange: Asked = {
      method,
      path: url.pathname,
      query: url.searchParams,
      body: await readJson(request),
    };
    asked.push(exchange);
    const say = (status: number, body?: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body ? JSON.stringify(body) : undefined);
    };
    if (url.pathname === '/health/websocket') return say(200, { status: 'healthy', feed });
    const route =
      routes[`${method} ${url.pathname}`] ?? routes[`${method} ${url.pathname.replace(/[^/]+$/, '*')}`];
    if (!route) return say(404, { success: false, error: 'Not found', code: 'NOT_FOUND' });
    const answer = await route(exchange);
    if (answer === undefined) return say(204);
    if (!isRefusal(answer)) return say(200, { success: true, data: answer });
    const { status, error, code, retryAfterMs } = answer;
    say(status, { success: false, error, code, retryAfterMs });
  });

  const io = new Server<ClientToServerEvents, ServerToClientEvents>(http, { serveClient: false });
  io.use((_socket, next) => {
    const { refuseConnect } = switches;
    next(
      refuseConnect
        ? Object.assign(new Error(refuseConnect.message), { data: refuseConnect.data })
        : undefined,
    );
  });

  function follow(
    socket: DoubleSocket,
    event: ClientEvent,
    payload: unknown,
    ack?: (answer: AckAnswer) => void,
  ) {
    received.push({ socketId: socket.id, event, payload });
    const own = answers[event]?.(payload, socket);
    if (own === null) return;
    if (own) return ack?.(own);
    const timestamp = new Date().toISOString();
    switch (event) {
      case 'subscribe:portfolio':
        ack?.({ ok: true, type: 'portfolio', timestamp } as AckAnswer);
        socket.emit('subscription:confirmed', { type: 'portfolio', timestamp });
        socket.emit('portfolio:update', PORTFOLIO);
        break;
      case 'subscribe:trades': {
        const position = payload as { epoch: string; after: number } | undefined;
        const recovered = position?.epoch === journal.epoch;
        const confirmed = {
          type: 'trades',
          epoch: journal.epoch,
          head: head(),
          recovered,
          timestamp,
        } as const;
        ack?.({ ok: true, ...confirmed });
        socket.emit('subscription:confirmed', confirmed);
        if (recovered)
          for (const entry of journal.events) if (entry.payload.seq > position.after) tell(socket, entry);
        break;
      }
      case 'subscribe:watchlist': {
        const symbols = payload as string[];
        ack?.({ ok: true, type: 'watchlist', symbols } as AckAnswer);
        for (const symbol of symbols) socket.emit('quote:update', quoteOf(symbol));
        break;
      }
      case 'order:place': {
        // The same answer on both ways in.
        const route = routes['POST /api/orders']!;
        const asking = { method: 'POST', path: '/api/orders', query: new URLSearchParams(), body: payload };
        void Promise.resolve(route(asking)).then((answer) => {
          if (!isRefusal(answer)) ack?.({ ok: true, order: answer });
          else ack?.({ ok: false, code: answer.code, message: answer.error });
        });
        break;
      }
      case 'time:sync':
        ack?.({ ok: true, ...(payload as object), t1: Date.now() } as AckAnswer);
        break;
      default:
        ack?.({ ok: true });
    }
  }

  const tell = (socket: Pick<DoubleSocket, 'emit'>, { event, payload }: JournalEntryPayload) =>
    (socket.emit as (event: string, payload: unknown) => void).call(socket, event, payload);

  io.on('connection', (socket) => {
    socket.emit('connected', {
      socketId: socket.id,
      userId: USER.id,
      replica: 'one',
      protocol: switches.protocol,
      serverTime: new Date().toISOString(),
    });
    socket.emit('market:status', MARKET_OPEN);
    socket.onAny((event: ClientEvent, ...args: unknown[]) => {
      const ack = typeof args.at(-1) === 'function' ? (args.pop() as (answer: AckAnswer) => void) : undefined;
      follow(socket, event, args[0], ack);
    });
  });

  const listen = (onPort: number) =>
    new Promise<void>((resolve) => void http.listen(onPort, '127.0.0.1', () => resolve()));
  await listen(port);
  const { port: bound } = http.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    routes,
    answers,
    switches,
    journal,
    asked,
    received,
    feed,
    io,
    /** What clients emitted, by event. */
    emitted: (event: ClientEvent) => received.filter((one) => one.event === event),
    requests: (method: string, path: string) =>
      asked.filter((one) => one.method === method && one.path === path),
    quote: (symbol: string, part: Partial<QuotePayload> = {}) =>
      io.emit('quote:update', quoteOf(symbol, part)),
    /** Journals an event and tells everybody. */
    happen(entry: JournalEntryPayload) {
      journal.events.push(entry);
      tell(io as unknown as DoubleSocket, entry);
    },
    /** Tells without journaling, as a broken or hasty server might. */
    tell: (entry: JournalEntryPayload) => tell(io as unknown as DoubleSocket, entry),
    /** Cuts every connection the way a network does: the client may come back. */
    cut() {
      for (const socket of io.sockets.sockets.values()) socket.conn.close();
    },
    close: () => new Promise<void>((resolve) => void io.close(() => resolve())),
  };
}
