/**
 * The server's side of the wire for dashboard tests: a real HTTP and Socket.IO server on a free port whose
 * answers each test sets. It keeps what the dashboard asked for.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import type { ErrorCode } from '../../../src/protocol/errors.ts';
import type {
  AnswerTo,
  ClientEvent,
  ClientToServerEvents,
  CommandArgs,
  JournalEntryPayload,
  ServerToClientEvents,
} from '../../../src/protocol/events.ts';
import type { OrderPayload } from '../../../src/protocol/orders.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import type { SignalPayload } from '../../../src/protocol/signals.ts';
import type { Tier } from '../../../src/protocol/tier.ts';
import { PROTOCOL_VERSION } from '../../../src/protocol/version.ts';
import { type Answers, type DoubleSocket, type JournalEvents, tell, usualAnswers } from './answers.ts';
import { malformedQuery } from './declared.ts';
import { BARS, historyOf, MARKET_OPEN, NAMES, ORDER, PORTFOLIO, quoteOf, USER } from './fixtures.ts';
import { isOpen, listSignals, type SignalDesk, signalOf } from './signals.ts';

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
  const journal: JournalEvents = { epoch: 'e1', events: [] };
  const signals: SignalDesk = { tier: USER.tier, sent: [] };
  const head = () => journal.events.at(-1)?.payload.seq ?? 0;

  /** `GET /api/portfolio` → its answer; tests replace what they are about. */
  const routes: Record<string, Route> = {
    'GET /api/auth/session': () => ({ user: USER, sessionID: 's1' }),
    'POST /api/auth/login': () => ({ user: USER, sessionID: 's1' }),
    'POST /api/auth/register': () => ({ user: USER, sessionID: 's1' }),
    'POST /api/auth/logout': () => undefined,
    'GET /api/portfolio': () => PORTFOLIO,
    'GET /api/signals': (asking) => listSignals(signals, asking),
    'GET /api/signals/track-record': () => ({ rules: [], sources: [] }),
    'GET /api/darkpool/sentiment': () => [],
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
    'GET /api/market/search': ({ query }) => {
      const text = (query.get('q') ?? '').toUpperCase();
      return NAMES.filter(
        ({ symbol, name }) => symbol.startsWith(text) || name.toUpperCase().includes(text),
      ).map((found) => ({ ...found, type: 'stock' }));
    },
    'GET /api/candles': () => BARS,
    'GET /api/market/historical/*': ({ path, query }) => historyOf(path.split('/').at(-1)!, query),
  };
  const answers: Answers = {};
  const feed = { source: 'simulated', state: 'live', lastTickAgeMs: 40, leader: 'one' };
  const options = { ...feed };
  const switches: { refuseConnect: { message: string; data: object } | null; protocol: number } = {
    refuseConnect: null,
    protocol: PROTOCOL_VERSION,
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
    if (url.pathname === '/health/websocket')
      return say(200, { status: 'healthy', feeds: { stocks: feed, options } });
    const wrong = malformedQuery(method, url);
    if (wrong !== null) return say(400, { success: false, error: wrong, code: 'VALIDATION' });
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

  const usual = usualAnswers({
    journal,
    signals,
    head,
    // The same answer on both ways in.
    async placeOrder(order) {
      const asking = { method: 'POST', path: '/api/orders', query: new URLSearchParams(), body: order };
      const answer = await routes['POST /api/orders']!(asking);
      if (!isRefusal(answer)) return answer as OrderPayload;
      return { ok: false, code: answer.code, message: answer.error };
    },
  });

  async function follow<E extends ClientEvent>(
    socket: DoubleSocket,
    event: E,
    payload: CommandArgs<E>[0],
    ack?: (answer: AnswerTo<E>) => void,
  ): Promise<void> {
    received.push({ socketId: socket.id, event, payload });
    const own = answers[event]?.(payload, socket);
    if (own === null) return;
    if (own) return ack?.(own);
    const answer = await usual[event](payload, socket);
    ack?.(answer.ack);
    answer.after?.();
  }

  io.on('connection', (socket) => {
    socket.emit('connected', {
      socketId: socket.id,
      userId: USER.id,
      replica: 'one',
      protocol: switches.protocol,
      serverTime: new Date().toISOString(),
      secret: `secret-of-${socket.id}`,
    });
    socket.emit('market:status', MARKET_OPEN);
    socket.onAny((event: ClientEvent, ...args: unknown[]) => {
      const ack = typeof args.at(-1) === 'function' ? (args.pop() as (answer: unknown) => void) : undefined;
      // The client's own types vouch for the payload of each event.
      void follow(socket, event, args[0] as never, ack);
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
    signals,
    asked,
    received,
    feed,
    options,
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
      tell(io, entry);
    },
    /** Accepts a signal, and tells it where the tier of the reader is told of it. */
    signal(part: Parameters<typeof signalOf>[0]): SignalPayload {
      const signal = signalOf(part);
      signals.sent.push(signal);
      if (isOpen(signals, signal.stream))
        io.emit(signal.revision === 1 ? 'signal:new' : 'signal:updated', signal);
      return signal;
    },
    /** Gives the reader another tier. */
    setTier(tier: Tier) {
      signals.tier = tier;
      io.emit('tier:changed', { tier });
    },
    /** Tells without journaling, as a broken or hasty server might. */
    tell: (entry: JournalEntryPayload) => tell(io, entry),
    /** Cuts every connection the way a network does: the client may come back. */
    cut() {
      for (const socket of io.sockets.sockets.values()) socket.conn.close();
    },
    close: () => new Promise<void>((resolve) => void io.close(() => resolve())),
  };
}
