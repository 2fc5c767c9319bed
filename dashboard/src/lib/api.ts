/** The HTTP API as typed calls. Every failure is an ApiError with a sentence fit for the screen. */
import type { DiscordLinkPayload, UserPayload } from '../../../src/protocol/accounts.ts';
import type { DarkpoolDay, SentimentRow } from '../../../src/protocol/darkpool.ts';
import type { TradesPage } from '../../../src/protocol/events.ts';
import type { FeedHealth, MonitorPayload } from '../../../src/protocol/health-payloads.ts';
import type {
  CandlePayload,
  HistoryPayload,
  InstrumentPayload,
  MarketQuotePayload,
  MarketStatusPayload,
  SearchPayload,
} from '../../../src/protocol/market.ts';
import type { ChainPayload, ExpirationPayload } from '../../../src/protocol/options.ts';
import type { OrderPayload, OrderPlaceMessage } from '../../../src/protocol/orders.ts';
import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import type { SignalDeliveriesPage, TrackRecordPayload } from '../../../src/protocol/signal-reports.ts';
import type { SignalsPage } from '../../../src/protocol/signals.ts';
import { createHttp, type HttpOptions } from './http.ts';
import type { BarSize } from './timeframes.ts';

export interface SignedIn {
  user: UserPayload;
  sessionID: string;
}

export interface Credentials {
  username: string;
  password: string;
  name?: string;
}

/** Days (YYYY-MM-DD in New York) or milliseconds since epoch; the newest `limit` bars of them are answered. */
export interface HistoryRange extends BarSize {
  readonly from: string;
  readonly to: string;
  readonly limit: number;
}

const query = (values: Record<string, string | number | boolean | undefined>): string => {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined);
  return pairs.length === 0
    ? ''
    : `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
};

/** Of stocks and of option contracts. */
export type FeedsHealth = { readonly stocks: FeedHealth; readonly options: FeedHealth };

export type Api = ReturnType<typeof createApi>;

export function createApi(options: HttpOptions = {}) {
  const { call, exchange, onUnauthenticated } = createHttp(options);
  return {
    onUnauthenticated,
    session: () => call<SignedIn>('GET', '/api/auth/session'),
    signIn: (credentials: Credentials) => call<SignedIn>('POST', '/api/auth/login', credentials),
    signUp: (credentials: Credentials) => call<SignedIn>('POST', '/api/auth/register', credentials),
    signOut: () => call<void>('POST', '/api/auth/logout'),
    changePassword: (passwords: { currentPassword: string; newPassword: string }) =>
      call<void>('POST', '/api/auth/password', passwords),
    portfolio: () => call<PortfolioPayload>('GET', '/api/portfolio'),
    trades: (range: { after?: number; limit?: number }) =>
      call<TradesPage>('GET', `/api/trades${query(range)}`),
    /** Newest first; `before` is the id of an order. */
    orders: (range: { status?: 'open'; before?: string } = {}) =>
      call<OrderPayload[]>('GET', `/api/orders${query(range)}`),
    placeOrder: (order: OrderPlaceMessage) =>
      call<OrderPayload>('POST', '/api/orders', order, { 'idempotency-key': order.clientOrderId }),
    cancelOrder: (id: string) => call<OrderPayload>('DELETE', `/api/orders/${encodeURIComponent(id)}`),
    watchlist: () => call<{ symbols: string[] }>('GET', '/api/watchlist'),
    saveWatchlist: (symbols: string[]) => call<{ symbols: string[] }>('PUT', '/api/watchlist', { symbols }),
    quotes: (symbols: readonly string[]) =>
      call<QuotePayload[]>('GET', `/api/quotes${query({ symbols: symbols.join(',') })}`),
    marketStatus: () => call<MarketStatusPayload>('GET', '/api/market/status'),
    symbols: (text: string) => call<InstrumentPayload[]>('GET', `/api/symbols${query({ q: text })}`),
    marketQuote: (symbol: string) =>
      call<MarketQuotePayload>('GET', `/api/market/quote/${encodeURIComponent(symbol)}`),
    /** The exact ticker first, then tickers that begin so, then names. */
    search: (text: string, limit: number) =>
      call<SearchPayload[]>('GET', `/api/market/search${query({ q: text, limit })}`),
    candles: (symbol: string) => call<CandlePayload[]>('GET', `/api/candles${query({ symbol })}`),
    historical: (symbol: string, range: HistoryRange) =>
      call<HistoryPayload>(
        'GET',
        `/api/market/historical/${encodeURIComponent(symbol)}${query({ ...range })}`,
      ),
    expirations: (underlying: string) =>
      call<ExpirationPayload[]>('GET', `/api/market/options/${encodeURIComponent(underlying)}/expirations`),
    /** The whole chain of one expiry, or its strikes in a range. */
    chain: (underlying: string, range: { expiry: string; strikeFrom?: number; strikeTo?: number }) =>
      call<ChainPayload>('GET', `/api/market/options/${encodeURIComponent(underlying)}${query(range)}`),
    /** What the reader's tier may see, newest first. */
    signals: (range: { limit: number; premiumOnly?: boolean; before?: string }) =>
      call<SignalsPage>('GET', `/api/signals${query(range)}`),
    /** What a follower of each source would have got. */
    trackRecord: () => call<TrackRecordPayload>('GET', '/api/signals/track-record'),
    /** How far the newest signals were delivered. For administrators. */
    deliveries: (range: { limit: number }) =>
      call<SignalDeliveriesPage>('GET', `/api/signals/deliveries${query(range)}`),
    /** Off-exchange totals of the day, the largest first. */
    sentiment: () => call<SentimentRow[]>('GET', '/api/darkpool/sentiment'),
    /** The present day of one symbol. */
    offExchangeDay: (symbol: string) =>
      call<DarkpoolDay>('GET', `/api/darkpool/${encodeURIComponent(symbol)}`),
    /** For administrators. */
    monitor: () => call<MonitorPayload>('GET', '/api/monitor'),
    /** The linked Discord account, null where none is. */
    discordLink: () => call<{ discordUserId: string | null }>('GET', '/api/account/discord-link'),
    newDiscordCode: () => call<DiscordLinkPayload>('POST', '/api/account/discord-link'),
    unlinkDiscord: () => call<void>('DELETE', '/api/account/discord-link'),
    /** The state of both feeds. The one route without the envelope: its shape is that of a health check. */
    async feedHealth(): Promise<FeedsHealth | null> {
      const { text } = await exchange('GET', '/health/websocket');
      return (JSON.parse(text) as { feeds?: FeedsHealth }).feeds ?? null;
    },
  };
}
