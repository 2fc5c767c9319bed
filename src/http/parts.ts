/** The ports and options that the HTTP side is built from. */
import type { Store } from 'express-session';
import type { Accounts } from '../domain/accounts/accounts.ts';
import type { Sessions } from '../domain/accounts/session.ts';
import type { SocketTokens } from '../domain/accounts/socket-tokens.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { DiscordLinks } from '../domain/hooks/discord-links.ts';
import type { Hooks } from '../domain/hooks/hooks.ts';
import type { InstrumentDirectory } from '../domain/instrument/directory.ts';
import type { Journal } from '../domain/journal/journal.ts';
import type { RateLimiter } from '../domain/limits/counters.ts';
import type { Candle } from '../domain/market/candle.ts';
import type { Demand } from '../domain/market/demand.ts';
import type { MarketHistory } from '../domain/market/history.ts';
import type { MarketHours } from '../domain/market/market-hours.ts';
import type { MarketQuotes } from '../domain/market/market-quotes.ts';
import type { QuoteBoard } from '../domain/market/quote-board.ts';
import type { SumsStore } from '../domain/off-exchange/sums-store.ts';
import type { TotalsBoard } from '../domain/off-exchange/totals-board.ts';
import type { ContractListing } from '../domain/options/contract-listing.ts';
import type { OptionQuotes } from '../domain/options/option-quotes.ts';
import type { SignalCensus } from '../domain/signals/census.ts';
import type { DeliveryLog } from '../domain/signals/delivery/delivery-log.ts';
import type { SignalIntake } from '../domain/signals/intake.ts';
import type { SignalLog } from '../domain/signals/signal-log.ts';
import type { TrackRecord } from '../domain/signals/track-record/track-record.ts';
import type { Trading } from '../domain/trading/trading.ts';
import type { Watchlists } from '../domain/watchlist/watchlists.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type {
  MonitorPayload,
  ReadinessPayload,
  WebSocketHealthPayload,
} from '../protocol/health-payloads.ts';

export interface Health {
  readiness(): ReadinessPayload;
  websocket(): WebSocketHealthPayload;
}

export interface ServedRequest {
  readonly method: string;
  /** The route's pattern, never the path: the number of patterns is bounded. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Secrets that sign and verify: the first signs, all are accepted. They are known when the service has started. */
export interface SigningKeys {
  session(): readonly string[];
  hook(): readonly string[];
  /** Empty where the operator's routes are closed. */
  operator(): readonly string[];
  /** Senders of signals; empty where none are taken. */
  signal(): readonly { readonly source: string; readonly secret: string }[];
}

export interface HttpOptions {
  readonly production: boolean;
  readonly keys: SigningKeys;
  /** Origins that may write besides our own. */
  readonly allowedOrigins: readonly string[];
  readonly registrationOpen: boolean;
  /** Number of proxies in front, whose X-Forwarded headers count. */
  readonly trustProxy: number;
  /** Null where /metrics is open. */
  readonly metricsToken: string | null;
  /** Folder of the built dashboard; null where another process serves it. */
  readonly dashboardDir: string | null;
  readonly feedSource: string;
}

/** The same of option contracts. */
export interface ContractParts {
  readonly demand: Pick<Demand, 'set'>;
  candles(contract: string): Promise<readonly Candle[]>;
  readonly quotes: OptionQuotes;
  readonly history: Pick<MarketHistory, 'bars'>;
  readonly listing: ContractListing;
  /** Milliseconds since epoch: in a replay it is not our time. */
  marketTime(): number;
}

export interface HttpParts {
  readonly accounts: Pick<Accounts, 'login' | 'register' | 'changePassword'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly tokens: Pick<SocketTokens, 'issue'>;
  /** connect-pg-simple on the database that `sessions` reads. */
  readonly sessionStore: Store;
  readonly trading: Trading;
  readonly journal: Journal;
  readonly watchlists: Watchlists;
  readonly quotes: Pick<QuoteBoard, 'get'>;
  /** The watchlist of a user without a saved one. */
  defaultWatchlist(): Promise<readonly string[]>;
  readonly instruments: Pick<InstrumentDirectory, 'get' | 'knows' | 'search'>;
  readonly hours: Pick<MarketHours, 'status' | 'session'>;
  readonly history: Pick<MarketHistory, 'bars'>;
  readonly marketQuotes: MarketQuotes;
  /** Minute candles of the current day, oldest first. Throws UNAVAILABLE while the engine does not answer. */
  candles(symbol: string): Promise<readonly Candle[]>;
  readonly contracts: ContractParts;
  /** Off-exchange totals of the day, and of one symbol and day. */
  readonly totals: Pick<TotalsBoard, 'heaviest' | 'day' | 'isFlowing' | 'scope'>;
  readonly sumsStore: Pick<SumsStore, 'symbolDay'>;
  readonly hooks: Hooks;
  readonly discordLinks: DiscordLinks;
  readonly signals: SignalIntake;
  readonly signalLog: Pick<SignalLog, 'list'>;
  readonly deliveryLog: Pick<DeliveryLog, 'list'>;
  readonly trackRecord: TrackRecord;
  readonly signalCensus: Pick<SignalCensus, 'count'>;
  /** Knows the names of HTTP_RATE_LIMITS. */
  readonly limiter: RateLimiter;
  readonly bus: Bus;
  readonly demand: Pick<Demand, 'set'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: Health;
  /** What the Monitor page shows. */
  monitor(): MonitorPayload;
  /** Prometheus text. */
  metricsText(): Promise<string>;
  observe(request: ServedRequest): void;
  /** `accepted`, `repeated` or the code of the refusal. */
  countSignal(outcome: string): void;
}
