/**
 * The only reader of the environment. Three steps: read each variable, check it, keep the secrets apart from
 * what may be logged. Every problem is found in one go and told in a sentence; "off" is null.
 */

import { createEnvReader, type Env, type EnvReader } from './lib/env-reader.ts';
import {
  HTTP_RATE_LIMITS,
  type HttpLimit,
  MAX_CONNECTIONS_PER_USER,
  MAX_SYMBOLS_PER_CONNECTION,
  type RateLimit,
} from './protocol/limits.ts';
import { type LimitedEvent, RATE_LIMITS } from './protocol/rate-limits.ts';

export interface Variable {
  readonly name: string;
  /** As the documents print it. */
  readonly default: string;
  readonly meaning: string;
  readonly secret?: boolean;
}

/** Every variable the service knows; docs/configuration.md and .env.example list exactly these. */
export const VARIABLES: readonly Variable[] = [
  {
    name: 'NODE_ENV',
    default: 'development',
    meaning: '`production` demands secrets, origins and a database',
  },
  { name: 'PORT', default: '3000', meaning: 'where it listens; 0 takes a free port' },
  { name: 'HOST', default: '127.0.0.1', meaning: 'address it listens on (`0.0.0.0` in production)' },
  { name: 'DATA_DIR', default: './data', meaning: 'embedded database and generated secrets' },
  {
    name: 'DATABASE_URL',
    default: '',
    meaning: 'Postgres; without it the embedded database in DATA_DIR',
    secret: true,
  },
  {
    name: 'REDIS_URL',
    default: '',
    meaning: 'several replicas; needs DATABASE_URL',
    secret: true,
  },
  {
    name: 'REDIS_PREFIX',
    default: 'tradecast',
    meaning: 'begins every key and channel in Redis, so that two services can share one',
  },
  {
    name: 'FRONTEND_URL',
    default: '',
    meaning: 'allowed browser origins, comma separated; the same origin always is',
  },
  {
    name: 'SESSION_SECRET',
    default: '',
    meaning:
      'signs session cookies; comma separated for rotation, the first signs; made once and kept in DATA_DIR outside production',
    secret: true,
  },
  {
    name: 'HOOK_SECRET',
    default: '',
    meaning: 'signs hooks; comma separated for rotation; made once and kept in DATA_DIR outside production',
    secret: true,
  },
  { name: 'REGISTRATION', default: 'open', meaning: '`open` or `closed` (`closed` in production)' },
  {
    name: 'DEMO_ACCOUNT',
    default: 'true',
    meaning: 'an account to look around with, named on the console; never in production',
  },
  { name: 'TRUST_PROXY', default: '0', meaning: 'number of proxies in front of the service' },
  {
    name: 'FEED',
    default: 'simulated',
    meaning: '`simulated`, `replay` or `massive` (`massive` where MASSIVE_API_KEY is set)',
  },
  {
    name: 'SIM_UPDATES_PER_SECOND',
    default: '5',
    meaning: 'pace of the simulated market, quotes per symbol and second',
  },
  { name: 'SIM_SEED', default: '1', meaning: 'the same seed gives the same simulated market' },
  {
    name: 'REPLAY_FILE',
    default: '',
    meaning: 'recorded upstream events for FEED=replay: NDJSON, gzip or not',
  },
  { name: 'REPLAY_SPEED', default: '1', meaning: 'factor of the recorded pace, or `max`' },
  { name: 'REPLAY_LOOP', default: 'true', meaning: 'begin again at the end of the file' },
  {
    name: 'RECORD_FILE',
    default: '',
    meaning: 'append what comes from upstream, in the format of REPLAY_FILE',
  },
  { name: 'MASSIVE_API_KEY', default: '', meaning: 'key of the market data account', secret: true },
  {
    name: 'MASSIVE_WS_URL',
    default: 'wss://socket.massive.com/stocks',
    meaning: 'upstream WebSocket; `wss://delayed.massive.com/stocks` on a delayed plan',
  },
  { name: 'MASSIVE_REST_URL', default: 'https://api.massive.com', meaning: 'upstream REST' },
  {
    name: 'MARKET_HOURS',
    default: 'always',
    meaning: '`us-equities` or `always` (`us-equities` for FEED=massive)',
  },
  { name: 'STARTING_CASH', default: '100000', meaning: 'dollars in a new paper account' },
  { name: 'MAX_ORDER_VALUE', default: '250000', meaning: 'largest value of one order, dollars' },
  {
    name: 'MAX_POSITION_VALUE',
    default: '500000',
    meaning: 'largest value of one position, open orders included, dollars',
  },
  {
    name: 'MARKET_COLLAR_PERCENT',
    default: '5',
    meaning: 'how far a market or stop order may run from the quote it was placed at',
  },
  { name: 'LIMIT_COLLAR_PERCENT', default: '10', meaning: 'how far through the market a limit may be' },
  {
    name: 'DUPLICATE_WINDOW_SECONDS',
    default: '10',
    meaning: 'the same order under another key within this time is refused; 0 turns the check off',
  },
  {
    name: 'DAILY_LOSS_LIMIT',
    default: '10000',
    meaning: 'no more buying after losing this much in a day, dollars',
  },
  { name: 'FLUSH_INTERVAL_MS', default: '50', meaning: 'tick of the state lane, milliseconds' },
  { name: 'MAX_CONNECTIONS_PER_USER', default: '5', meaning: 'open sockets one user may have' },
  { name: 'MAX_SYMBOLS_PER_CONNECTION', default: '50', meaning: 'symbols one socket may watch' },
  {
    name: 'RATE_LIMITS',
    default: '',
    meaning:
      'overrides as `name=points/seconds`, comma separated, e.g. `order:place=60/60,http:login:user=20/900`',
  },
  { name: 'JOURNAL_KEEP_DAYS', default: '30', meaning: 'events older than this are removed' },
  { name: 'JOURNAL_KEEP_EVENTS', default: '10000', meaning: 'most events kept per user, however young' },
  {
    name: 'DRAIN_SECONDS',
    default: '0',
    meaning: 'time over which connections are closed at SIGTERM (10 in production)',
  },
  { name: 'METRICS_TOKEN', default: '', meaning: 'bearer token that /metrics asks for', secret: true },
  { name: 'LOG_LEVEL', default: 'info', meaning: '`debug`, `info`, `warn`, `error` or `silent`' },
];

export interface Secrets {
  /** Null where they are to be made once and kept in DATA_DIR. */
  readonly session: readonly string[] | null;
  readonly hook: readonly string[] | null;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly massiveApiKey: string | null;
  readonly metricsToken: string | null;
}

export type FeedConfig =
  | { readonly source: 'simulated'; readonly updatesPerSecond: number; readonly seed: number }
  | {
      readonly source: 'replay';
      readonly file: string;
      readonly speed: number | 'max';
      readonly loop: boolean;
    }
  | {
      readonly source: 'massive';
      readonly wsUrl: string;
      readonly restUrl: string;
      readonly recordFile: string | null;
    };

/** Everything but the secrets; safe to log. */
export interface Config {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly redisPrefix: string;
  readonly allowedOrigins: readonly string[];
  readonly registrationOpen: boolean;
  readonly demoAccount: boolean;
  readonly trustProxy: number;
  readonly feed: FeedConfig;
  readonly marketHours: 'us-equities' | 'always';
  /** Decimal dollars, as text. */
  readonly trading: {
    readonly startingCash: string;
    readonly maxOrderValue: string;
    readonly maxPositionValue: string;
    readonly marketCollarPercent: string;
    readonly limitCollarPercent: string;
    readonly duplicateWindowSeconds: number;
    readonly dailyLossLimit: string;
  };
  readonly flushIntervalMs: number;
  readonly maxConnectionsPerUser: number;
  readonly maxSymbolsPerConnection: number;
  /** By event of the socket, and by name over HTTP. */
  readonly rateLimits: Readonly<Record<LimitedEvent | HttpLimit, RateLimit>>;
  readonly journal: { readonly keepDays: number; readonly keepEvents: number };
  readonly drainSeconds: number;
  readonly logLevel: string;
}

/** The environment does not make a service; `problems` has a sentence for each reason. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** HMAC keys shorter than this can be guessed offline. */
const MIN_SECRET_LENGTH = 32;

/** Reads and checks the environment. Throws ConfigError with every problem at once. */
export function readConfig(env: Env = process.env): {
  config: Config;
  secrets: Secrets;
} {
  const problems: string[] = [];
  const read = createEnvReader(env, problems);

  const production =
    read.choice('NODE_ENV', ['development', 'test', 'production'], 'development') === 'production';
  const databaseUrl = read.text('DATABASE_URL');
  const redisUrl = read.text('REDIS_URL');
  const massiveApiKey = read.text('MASSIVE_API_KEY');
  const source = read.choice(
    'FEED',
    ['simulated', 'replay', 'massive'],
    massiveApiKey ? 'massive' : 'simulated',
  );
  const session = read.secrets('SESSION_SECRET', MIN_SECRET_LENGTH);
  const hook = read.secrets('HOOK_SECRET', MIN_SECRET_LENGTH);
  const allowedOrigins = read.origins('FRONTEND_URL');

  if (databaseUrl !== null && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    problems.push('DATABASE_URL must begin with postgres:// or postgresql://.');
  }
  if (redisUrl !== null && !/^rediss?:\/\//.test(redisUrl)) {
    problems.push('REDIS_URL must begin with redis:// or rediss://.');
  }
  if (redisUrl !== null && databaseUrl === null) {
    problems.push(
      'REDIS_URL needs DATABASE_URL: several replicas cannot share the embedded database, which one process owns.',
    );
  }
  if (source === 'massive' && massiveApiKey === null) problems.push('FEED=massive needs MASSIVE_API_KEY.');
  if (production) {
    if (session === null) problems.push('SESSION_SECRET is required in production.');
    if (hook === null) problems.push('HOOK_SECRET is required in production.');
    if (allowedOrigins.length === 0)
      problems.push('FRONTEND_URL is required in production: the address of the dashboard.');
    if (databaseUrl === null) problems.push('DATABASE_URL is required in production.');
  }

  const config: Config = {
    production,
    port: read.integer('PORT', 3000, 0, 65_535),
    host: read.text('HOST') ?? (production ? '0.0.0.0' : '127.0.0.1'),
    dataDir: read.text('DATA_DIR') ?? './data',
    redisPrefix: read.text('REDIS_PREFIX') ?? 'tradecast',
    allowedOrigins,
    registrationOpen:
      read.choice('REGISTRATION', ['open', 'closed'], production ? 'closed' : 'open') === 'open',
    demoAccount: read.flag('DEMO_ACCOUNT', true) && !production,
    trustProxy: read.integer('TRUST_PROXY', 0, 0, 10),
    feed: readFeed(source, read, problems),
    marketHours: read.choice(
      'MARKET_HOURS',
      ['us-equities', 'always'],
      source === 'massive' ? 'us-equities' : 'always',
    ),
    trading: {
      startingCash: read.dollars('STARTING_CASH', '100000'),
      // One slip of the finger costs at most this: two and a half accounts.
      maxOrderValue: read.dollars('MAX_ORDER_VALUE', '250000'),
      // No single company may carry more than this of an account.
      maxPositionValue: read.dollars('MAX_POSITION_VALUE', '500000'),
      // The narrowest limit-up limit-down band, that of Tier 1.
      marketCollarPercent: read.dollars('MARKET_COLLAR_PERCENT', '5'),
      // The widest threshold of "clearly erroneous" above $3.
      limitCollarPercent: read.dollars('LIMIT_COLLAR_PERCENT', '10'),
      // A double click or a bot's retry under a new key comes within seconds; a second decision rarely does.
      duplicateWindowSeconds: read.integer('DUPLICATE_WINDOW_SECONDS', 10, 0, 3_600),
      // A tenth of the starting cash.
      dailyLossLimit: read.dollars('DAILY_LOSS_LIMIT', '10000'),
    },
    flushIntervalMs: read.integer('FLUSH_INTERVAL_MS', 50, 10, 5_000),
    maxConnectionsPerUser: read.integer('MAX_CONNECTIONS_PER_USER', MAX_CONNECTIONS_PER_USER, 1, 1_000),
    maxSymbolsPerConnection: read.integer('MAX_SYMBOLS_PER_CONNECTION', MAX_SYMBOLS_PER_CONNECTION, 1, 200),
    rateLimits: readRateLimits(read, problems),
    // Who was away longer reloads: orders and fills are kept for good in tables of their own. Ten thousand events
    // are more than a dashboard pages through, and some 4 MB.
    journal: {
      keepDays: read.integer('JOURNAL_KEEP_DAYS', 30, 1, 36_500),
      keepEvents: read.integer('JOURNAL_KEEP_EVENTS', 10_000, 1, 10_000_000),
    },
    drainSeconds: read.integer('DRAIN_SECONDS', production ? 10 : 0, 0, 300),
    logLevel: read.choice('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], 'info'),
  };
  const secrets: Secrets = {
    session,
    hook,
    databaseUrl,
    redisUrl,
    massiveApiKey,
    metricsToken: read.text('METRICS_TOKEN'),
  };

  if (problems.length > 0) throw new ConfigError(problems);
  return { config, secrets };
}

function readFeed(source: FeedConfig['source'], read: EnvReader, problems: string[]): FeedConfig {
  if (source === 'simulated') {
    return {
      source,
      updatesPerSecond: read.integer('SIM_UPDATES_PER_SECOND', 5, 1, 100),
      seed: read.integer('SIM_SEED', 1, 0, 2 ** 31),
    };
  }
  if (source === 'massive') {
    return {
      source,
      wsUrl: read.url('MASSIVE_WS_URL', 'wss://socket.massive.com/stocks', ['ws:', 'wss:']),
      restUrl: read.url('MASSIVE_REST_URL', 'https://api.massive.com', ['http:', 'https:']),
      recordFile: read.text('RECORD_FILE'),
    };
  }
  const file = read.text('REPLAY_FILE');
  if (file === null) problems.push('FEED=replay needs REPLAY_FILE.');
  const speed = read.text('REPLAY_SPEED') ?? '1';
  if (speed !== 'max' && !(/^\d+(\.\d+)?$/.test(speed) && Number(speed) > 0)) {
    problems.push(`REPLAY_SPEED must be a factor above 0 or max, not "${speed}".`);
  }
  return {
    source,
    file: file ?? '',
    speed: speed === 'max' ? speed : Number(speed),
    loop: read.flag('REPLAY_LOOP', true),
  };
}

function readRateLimits(read: EnvReader, problems: string[]): Record<LimitedEvent | HttpLimit, RateLimit> {
  const limits: Record<LimitedEvent | HttpLimit, RateLimit> = { ...RATE_LIMITS, ...HTTP_RATE_LIMITS };
  for (const part of (read.text('RATE_LIMITS') ?? '').split(',').filter(Boolean)) {
    const match = /^\s*([a-z:]+)=(\d{1,6})\/(\d{1,5})\s*$/.exec(part);
    const [, event, points, seconds] = match ?? [];
    if (event !== undefined && event in limits && Number(points) > 0 && Number(seconds) > 0) {
      limits[event as LimitedEvent | HttpLimit] = { points: Number(points), seconds: Number(seconds) };
    } else {
      problems.push(
        `RATE_LIMITS must list name=points/seconds with events or http limits of the protocol, not "${part.trim()}".`,
      );
    }
  }
  return limits;
}
