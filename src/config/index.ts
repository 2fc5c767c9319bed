/**
 * The only reader of the environment: each variable by the table, then what they mean together, secrets kept apart
 * from what may be logged. All problems are reported in one go; "off" is null.
 */
import type { NamedLimit } from '../domain/limits/counters.ts';
import { type SpreadLevels, spreadLevels } from '../domain/trading/fit.ts';
import type { RiskLimits } from '../domain/trading/risk-limits.ts';
import { withSslMode } from '../lib/addresses/postgres-address.ts';
import { type Decimal, toNumber } from '../lib/decimal.ts';
import { ConfigError } from './error.ts';
import { type FeedConfig, type FileCheck, readFeed, readPublication } from './feed.ts';
import type { SourceSecret } from './parsers.ts';
import { createReader, missingInProduction, type Reader } from './read.ts';
import { renamed } from './second-names.ts';
import type { Env } from './variables.ts';

export { ConfigError } from './error.ts';
export type { SourceSecret } from './parsers.ts';

/** Keys of the upstreams that a feed may log in to. */
export interface MarketSecrets {
  readonly massiveApiKey: string | null;
}

export interface Secrets {
  /** Null where they are generated and kept in `dataDir`. */
  readonly session: readonly string[] | null;
  /** Of messages between replicas; null where those of `session` sign them. */
  readonly bus: readonly string[] | null;
  readonly hook: readonly string[] | null;
  readonly operator: readonly string[] | null;
  readonly signal: readonly SourceSecret[] | null;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly market: MarketSecrets;
  readonly metricsToken: string | null;
}

export interface HttpConfig {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host: string;
  /** Origins allowed besides our own. */
  readonly allowedOrigins: readonly string[];
  readonly registrationOpen: boolean;
  /** Number of proxies whose X-Forwarded headers are believed. */
  readonly trustProxy: number;
}

export interface RealtimeConfig {
  readonly allowedOrigins: readonly string[];
  readonly flushIntervalMs: number;
  readonly maxConnectionsPerUser: number;
  readonly maxSymbols: number;
  /** Whether `/ws` is open to everybody. */
  readonly isOffExchangePublic: boolean;
}

export interface ClusterConfig {
  readonly redisPrefix: string;
  /** What another service may emit to clients. */
  readonly externalEvents: readonly string[];
  readonly maxConnectionsPerUser: number;
  readonly rateLimits: Readonly<Record<string, NamedLimit>>;
}

export interface AccountsConfig {
  readonly demoAccount: boolean;
  readonly startingCash: Decimal;
}

export interface JournalConfig {
  readonly maxAgeMs: number;
  /** Per user. */
  readonly maxEvents: number;
}

export interface MarketConfig {
  readonly feed: FeedConfig;
  readonly hours: 'us-equities' | 'always';
  readonly flushIntervalMs: number;
  /** Wider quotes are not traded on. */
  readonly maxSpread: SpreadLevels;
}

export interface OffExchangeConfig {
  readonly symbols: 'watched' | '*';
  /** Dollars: a smaller print does not count. */
  readonly minNotional: number;
  /** Dollars: a smaller print is not listed. */
  readonly tapeNotional: number;
  readonly keepMs: number;
  readonly flushIntervalMs: number;
}

/** Everything but the secrets; safe to log. Each part receives its own section. */
export interface Config {
  readonly production: boolean;
  readonly logLevel: string;
  readonly dataDir: string;
  readonly drainSeconds: number;
  readonly http: HttpConfig;
  readonly realtime: RealtimeConfig;
  readonly cluster: ClusterConfig;
  readonly accounts: AccountsConfig;
  readonly market: MarketConfig;
  readonly offExchange: OffExchangeConfig;
  readonly trading: RiskLimits;
  readonly journal: JournalConfig;
}

const DAY_MS = 86_400_000;

/**
 * Reads and checks the environment, and with `checkFile` the recording that it names. `notices` are sentences for the
 * log. Throws ConfigError with every problem at once.
 */
export function readConfig(
  given: Env = process.env,
  checkFile: FileCheck = () => null,
): { config: Config; secrets: Secrets; notices: readonly string[] } {
  const { env, notices } = renamed(given);
  const problems: string[] = [];
  const read = createReader(env, problems);
  const production = read('NODE_ENV') === 'production';
  if (production) problems.push(...missingInProduction(env));
  const databaseUrl = read('DATABASE_URL');
  const secrets: Secrets = {
    session: read('SESSION_SECRET'),
    bus: read('BUS_SECRET'),
    hook: read('HOOK_SECRET'),
    operator: read('OPERATOR_SECRET'),
    signal: read('SIGNAL_SECRETS'),
    databaseUrl: databaseUrl === null ? null : withSslMode(databaseUrl, read('PGSSLMODE')),
    redisUrl: read('REDIS_URL'),
    market: { massiveApiKey: read('MASSIVE_API_KEY') },
    metricsToken: read('METRICS_TOKEN'),
  };
  const config: Config = {
    production,
    logLevel: read('LOG_LEVEL'),
    dataDir: read('DATA_DIR'),
    drainSeconds: read('DRAIN_SECONDS'),
    http: readHttp(read),
    realtime: {
      allowedOrigins: read('FRONTEND_URL'),
      flushIntervalMs: read('FLUSH_INTERVAL_MS'),
      maxConnectionsPerUser: read('MAX_CONNECTIONS_PER_USER'),
      maxSymbols: read('MAX_SYMBOLS_PER_CONNECTION'),
      isOffExchangePublic: readPublication(read, problems),
    },
    cluster: {
      redisPrefix: read('REDIS_PREFIX'),
      externalEvents: read('EXTERNAL_EVENTS'),
      maxConnectionsPerUser: read('MAX_CONNECTIONS_PER_USER'),
      rateLimits: read('RATE_LIMITS'),
    },
    accounts: { demoAccount: read('DEMO_ACCOUNT') && !production, startingCash: read('STARTING_CASH') },
    market: {
      feed: readFeed(read, problems, checkFile),
      hours: read('MARKET_HOURS'),
      flushIntervalMs: read('FLUSH_INTERVAL_MS'),
      maxSpread: spreadLevels(read('MAX_SPREAD_PERCENT').map((percent) => percent.div(100))),
    },
    offExchange: {
      symbols: read('DARKPOOL_SYMBOLS'),
      minNotional: toNumber(read('DARKPOOL_MIN_NOTIONAL')),
      tapeNotional: toNumber(read('DARKPOOL_TAPE_NOTIONAL')),
      keepMs: read('DARKPOOL_KEEP_DAYS') * DAY_MS,
      flushIntervalMs: read('FLUSH_INTERVAL_MS'),
    },
    trading: readTrading(read),
    journal: { maxAgeMs: read('JOURNAL_KEEP_DAYS') * DAY_MS, maxEvents: read('JOURNAL_KEEP_EVENTS') },
  };
  problems.push(...repeatedSecrets(secrets));
  if (secrets.redisUrl !== null && secrets.databaseUrl === null) {
    problems.push(
      'REDIS_URL needs DATABASE_URL: several replicas cannot share the embedded database, which one process owns.',
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { config, secrets, notices };
}

/** Who may replace which: the change from SESSION_SECRET to an own BUS_SECRET begins with both in one list. */
const SHARED = new Set(['SESSION_SECRET BUS_SECRET']);

/** Each kind of secret is given to somebody else: none may open the door of another kind. */
function repeatedSecrets({ session, bus, hook, operator, signal, metricsToken }: Secrets): string[] {
  const kinds = Object.entries({
    SESSION_SECRET: session ?? [],
    BUS_SECRET: bus ?? [],
    HOOK_SECRET: hook ?? [],
    OPERATOR_SECRET: operator ?? [],
    SIGNAL_SECRETS: signal?.map(({ secret }) => secret) ?? [],
    METRICS_TOKEN: metricsToken === null ? [] : [metricsToken],
  });
  return kinds.flatMap(([name, secrets], index) =>
    kinds
      .slice(index + 1)
      .filter(([other]) => !SHARED.has(`${name} ${other}`))
      .filter(([, others]) => secrets.some((secret) => others.includes(secret)))
      .map(([other]) => `${name} and ${other} must not share a secret: its holder could do what both open.`),
  );
}

const readHttp = (read: Reader): HttpConfig => ({
  port: read('PORT'),
  host: read('HOST'),
  allowedOrigins: read('FRONTEND_URL'),
  registrationOpen: read('REGISTRATION') === 'open',
  trustProxy: read('TRUST_PROXY'),
});

const readTrading = (read: Reader): RiskLimits => ({
  maxOrderValue: read('MAX_ORDER_VALUE'),
  maxPositionValue: read('MAX_POSITION_VALUE'),
  marketCollar: read('MARKET_COLLAR_PERCENT').div(100),
  limitCollar: read('LIMIT_COLLAR_PERCENT').div(100),
  duplicateWindowMs: read('DUPLICATE_WINDOW_SECONDS') * 1_000,
  dailyLossLimit: read('DAILY_LOSS_LIMIT'),
});
