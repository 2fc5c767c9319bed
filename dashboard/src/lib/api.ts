/** The HTTP API as typed calls. Every failure is an ApiError with a sentence fit for the screen. */

import type { DiscordLinkPayload, UserPayload } from '../../../src/protocol/accounts.ts';
import { type ErrorCode, TradecastError } from '../../../src/protocol/errors.ts';
import type { TradesPage } from '../../../src/protocol/events.ts';
import type { FeedHealth, MonitorPayload } from '../../../src/protocol/health-payloads.ts';
import type { ApiResponse } from '../../../src/protocol/http.ts';
import type { CandlePayload, InstrumentPayload, MarketStatusPayload } from '../../../src/protocol/market.ts';
import type { OrderPayload, OrderPlaceMessage } from '../../../src/protocol/orders.ts';
import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { browserTimers, type Timers } from './timers.ts';

/** Longer than any answer of a healthy server; then we say that there was none. */
const REQUEST_TIMEOUT_MS = 10_000;

export class ApiError extends TradecastError {
  /** False where we cannot know whether the request took effect: no answer, or a broken server. */
  readonly answered: boolean;

  constructor(code: ErrorCode, message: string, options: { answered: boolean; retryAfterMs?: number }) {
    super(code, message, options);
    this.name = 'ApiError';
    this.answered = options.answered;
  }
}

export interface SignedIn {
  user: UserPayload;
  sessionID: string;
}

export interface Credentials {
  username: string;
  password: string;
  name?: string;
}

type Fetch = (path: string, init: RequestInit) => Promise<Response>;

export interface ApiOptions {
  readonly fetch?: Fetch;
  readonly timers?: Timers;
}

const NO_ANSWER = 'The server does not answer. Check your connection.';
const BROKEN_ANSWER = 'The server had a problem. Try again in a moment.';

const retryAfterMs = (response: Response, told: number | undefined): number | undefined => {
  if (told !== undefined) return told;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
};

export type Api = ReturnType<typeof createApi>;

export function createApi({ fetch = globalThis.fetch, timers = browserTimers }: ApiOptions = {}) {
  const unauthenticated = new Set<() => void>();

  async function exchange(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const abort = new AbortController();
    const cancel = timers.after(REQUEST_TIMEOUT_MS, () => abort.abort());
    try {
      const response = await fetch(path, {
        method,
        credentials: 'same-origin',
        signal: abort.signal,
        headers: {
          accept: 'application/json',
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { response, text: await response.text() };
    } catch {
      throw new ApiError('UNAVAILABLE', NO_ANSWER, { answered: false });
    } finally {
      cancel();
    }
  }

  function parse<T>(response: Response, text: string): ApiResponse<T> {
    try {
      return JSON.parse(text) as ApiResponse<T>;
    } catch {
      // A proxy in front speaks HTML when the server is away.
      throw new ApiError('UNAVAILABLE', response.status >= 500 ? NO_ANSWER : BROKEN_ANSWER, {
        answered: false,
      });
    }
  }

  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T> {
    const { response, text } = await exchange(method, path, body, headers);
    if (response.status === 204) return undefined as T;
    const answer = parse<T>(response, text);
    if (answer.success) return answer.data;
    if (answer.code === 'UNAUTHENTICATED') for (const tell of unauthenticated) tell();
    throw new ApiError(answer.code, answer.error || BROKEN_ANSWER, {
      answered: response.status < 500,
      retryAfterMs: retryAfterMs(response, answer.retryAfterMs),
    });
  }

  const query = (values: Record<string, string | number | undefined>): string => {
    const pairs = Object.entries(values).filter(([, value]) => value !== undefined);
    return pairs.length === 0
      ? ''
      : `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
  };

  return {
    /** Calls `tell` whenever the server says that nobody is signed in. */
    onUnauthenticated(tell: () => void): () => void {
      unauthenticated.add(tell);
      return () => unauthenticated.delete(tell);
    },
    session: () => call<SignedIn>('GET', '/api/auth/session'),
    signIn: (credentials: Credentials) => call<SignedIn>('POST', '/api/auth/login', credentials),
    signUp: (credentials: Credentials) => call<SignedIn>('POST', '/api/auth/register', credentials),
    signOut: () => call<void>('POST', '/api/auth/logout'),
    changePassword: (passwords: { currentPassword: string; newPassword: string }) =>
      call<void>('POST', '/api/auth/password', passwords),
    portfolio: () => call<PortfolioPayload>('GET', '/api/portfolio'),
    trades: (range: { after?: number; limit?: number }) =>
      call<TradesPage>('GET', `/api/trades${query(range)}`),
    orders: () => call<OrderPayload[]>('GET', '/api/orders'),
    placeOrder: (order: OrderPlaceMessage) =>
      call<OrderPayload>('POST', '/api/orders', order, { 'idempotency-key': order.clientOrderId }),
    cancelOrder: (id: string) => call<OrderPayload>('DELETE', `/api/orders/${encodeURIComponent(id)}`),
    watchlist: () => call<{ symbols: string[] }>('GET', '/api/watchlist'),
    saveWatchlist: (symbols: string[]) => call<{ symbols: string[] }>('PUT', '/api/watchlist', { symbols }),
    quotes: (symbols: readonly string[]) =>
      call<QuotePayload[]>('GET', `/api/quotes${query({ symbols: symbols.join(',') })}`),
    marketStatus: () => call<MarketStatusPayload>('GET', '/api/market/status'),
    symbols: (text: string) => call<InstrumentPayload[]>('GET', `/api/symbols${query({ q: text })}`),
    candles: (symbol: string) => call<CandlePayload[]>('GET', `/api/candles${query({ symbol })}`),
    /** For administrators. */
    monitor: () => call<MonitorPayload>('GET', '/api/monitor'),
    /** The linked Discord account, null where none is. */
    discordLink: () => call<{ discordUserId: string | null }>('GET', '/api/account/discord-link'),
    newDiscordCode: () => call<DiscordLinkPayload>('POST', '/api/account/discord-link'),
    unlinkDiscord: () => call<void>('DELETE', '/api/account/discord-link'),
    /** The one route without the envelope: its shape is that of a health check. */
    async feedHealth(): Promise<FeedHealth | null> {
      const { text } = await exchange('GET', '/health/websocket');
      return (JSON.parse(text) as { feed?: FeedHealth }).feed ?? null;
    },
  };
}
