/**
 * The one table of the configuration: reading, `.env.example` and docs/configuration.md come from it
 * (`node scripts/config-pages.ts` writes the two pages).
 */

import { SSL_MODES } from '../lib/addresses/postgres-address.ts';
import {
  MAX_CONNECTIONS_PER_USER,
  MAX_SYMBOLS_PER_CONNECTION,
  MAX_SYMBOLS_PER_REQUEST,
} from '../protocol/limits.ts';
import { externalEvents } from './external-events.ts';
import {
  address,
  amount,
  anyText,
  choice,
  factor,
  flag,
  integer,
  keys,
  optional,
  origins,
  type Parser,
  postgresUrl,
  redisUrl,
  sourceSecrets,
  splits,
  threeAmounts,
} from './parsers.ts';
import { rateLimits } from './rate-limits.ts';

export const SECTIONS = ['Process', 'Storage', 'Access', 'Market', 'Trading', 'Realtime'] as const;

export interface Variable<T> {
  readonly section: (typeof SECTIONS)[number];
  /** As the pages print it; `''` where the variable is off unless set. */
  readonly default: string;
  /** Another default under a condition. */
  readonly exception?: Exception;
  readonly parse: Parser<T>;
  /** A phrase; Markdown only for code. */
  readonly meaning: string;
  /** Kept apart from what may be logged. */
  readonly secret?: true;
  /** Production does not start without it. */
  readonly required?: true;
  /** Of the machine or the image that runs it: a deployment does not pass it on. */
  readonly local?: true;
}

export interface Exception {
  readonly default: string;
  /** As the pages print it, behind the default. */
  readonly when: string;
  readonly applies: (env: Env) => boolean;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** Null where it is not set, or set to nothing. */
const textOf = (env: Env, name: string): string | null => env[name]?.trim() || null;

const isMassive = (env: Env): boolean =>
  textOf(env, 'FEED') === 'massive' || (textOf(env, 'FEED') === null && hasMassiveKey(env));
const hasMassiveKey = (env: Env): boolean => textOf(env, 'MASSIVE_API_KEY') !== null;

const inProduction = (value: string): Exception => ({
  default: value,
  when: 'in production',
  applies: (env) => textOf(env, 'NODE_ENV') === 'production',
});

/** HMAC keys shorter than this can be guessed offline. */
const MIN_SECRET_LENGTH = 32;

export const VARIABLES = {
  NODE_ENV: {
    section: 'Process',
    default: 'development',
    parse: choice('development', 'test', 'production'),
    meaning: '`production` requires the variables marked "required in production"',
    local: true,
  },
  PORT: {
    section: 'Process',
    default: '3000',
    parse: integer(0, 65_535),
    meaning: 'port to listen on; 0 is any free port; `WEBSOCKET_PORT` is a second name',
    local: true,
  },
  HOST: {
    section: 'Process',
    default: '127.0.0.1',
    exception: inProduction('0.0.0.0'),
    parse: anyText,
    meaning: 'address to listen on',
    local: true,
  },
  TRUST_PROXY: {
    section: 'Process',
    default: '0',
    parse: integer(0, 10),
    meaning:
      'exact number of proxies in front of the service; clients share one address if it is too low, and can forge theirs if it is too high',
  },
  DRAIN_SECONDS: {
    section: 'Process',
    default: '0',
    exception: inProduction('10'),
    parse: integer(0, 300),
    meaning:
      'seconds over which connections close after SIGTERM; the supervisor must wait 15 s longer before SIGKILL',
  },
  METRICS_TOKEN: {
    section: 'Process',
    default: '',
    parse: optional(anyText),
    meaning:
      'bearer token for `/metrics`; if it is not set, everyone can read `/metrics`, which then has no metrics of signals',
    secret: true,
  },
  LOG_LEVEL: {
    section: 'Process',
    default: 'info',
    parse: choice('debug', 'info', 'warn', 'error', 'silent'),
    meaning: '`debug`, `info`, `warn`, `error` or `silent`',
  },

  DATA_DIR: {
    section: 'Storage',
    default: './data',
    parse: anyText,
    meaning: 'folder of the embedded database and of generated secrets',
    local: true,
  },
  DATABASE_URL: {
    section: 'Storage',
    default: '',
    parse: optional(postgresUrl),
    meaning:
      'address of PostgreSQL (forms: `docs/databases.md`); if it is not set, the embedded database in `DATA_DIR`',
    secret: true,
    required: true,
  },
  PGSSLMODE: {
    section: 'Storage',
    default: '',
    parse: optional(choice(...SSL_MODES)),
    meaning: '`sslmode` of a `DATABASE_URL` that says nothing of TLS: `docs/databases.md`',
    local: true,
  },
  REDIS_URL: {
    section: 'Storage',
    default: '',
    parse: optional(redisUrl),
    meaning:
      'address of Redis (forms: `docs/databases.md`), which several replicas need; requires `DATABASE_URL`',
    secret: true,
  },
  REDIS_PREFIX: {
    section: 'Storage',
    default: 'tradecast',
    parse: anyText,
    meaning: 'prefix of all Redis keys and channels; give each service on one Redis its own',
  },
  EXTERNAL_EVENTS: {
    section: 'Storage',
    default: 'news',
    parse: externalEvents,
    meaning:
      'events that another service may send to clients over Redis, comma separated; no name of the protocol; `off` allows none',
  },
  // A client that was away for longer reloads: orders and fills are kept for good in tables of their own.
  JOURNAL_KEEP_DAYS: {
    section: 'Storage',
    default: '30',
    parse: integer(1, 36_500),
    meaning:
      'days after which events in the trade list of a user are deleted; orders and fills are kept, reported trades are not',
  },
  // More than a dashboard pages through, and some 4 MB.
  JOURNAL_KEEP_EVENTS: {
    section: 'Storage',
    default: '10000',
    parse: integer(1, 10_000_000),
    meaning: 'greatest number of events in the trade list of a user; older ones are deleted',
  },

  FRONTEND_URL: {
    section: 'Access',
    default: '',
    parse: origins,
    meaning:
      'origins of the dashboard, comma separated, for example `https://trade.example.com`; pages of the service itself are always allowed',
    required: true,
  },
  SESSION_SECRET: {
    section: 'Access',
    default: '',
    parse: optional(keys(MIN_SECRET_LENGTH)),
    meaning: 'secrets for session cookies, comma separated; new cookies use the first',
    secret: true,
    required: true,
  },
  BUS_SECRET: {
    section: 'Access',
    default: '',
    parse: optional(keys(MIN_SECRET_LENGTH)),
    meaning:
      'secrets that sign messages between replicas, comma separated; the first signs, each of them is accepted; those of `SESSION_SECRET` if it is not set',
    secret: true,
  },
  HOOK_SECRET: {
    section: 'Access',
    default: '',
    parse: optional(keys(MIN_SECRET_LENGTH)),
    meaning: 'secrets for signed hooks, comma separated; each of them is accepted',
    secret: true,
    required: true,
  },
  // Not required: a service that had only a hook secret starts as before, with these routes closed.
  OPERATOR_SECRET: {
    section: 'Access',
    default: '',
    parse: optional(keys(MIN_SECRET_LENGTH)),
    meaning:
      'secrets for the signed hooks of operators (halt, ban, role, tier), comma separated; production has these routes only with it',
    secret: true,
  },
  SIGNAL_SECRETS: {
    section: 'Access',
    default: '',
    parse: optional(sourceSecrets(MIN_SECRET_LENGTH)),
    meaning:
      'secrets for senders of signals, as `source:secret`, comma separated; a source may have several; production takes signals only with it',
    secret: true,
  },
  REGISTRATION: {
    section: 'Access',
    default: 'open',
    exception: inProduction('closed'),
    parse: choice('open', 'closed'),
    meaning: '`open` or `closed`: whether visitors may create accounts',
  },
  DEMO_ACCOUNT: {
    section: 'Access',
    default: 'true',
    parse: flag,
    meaning: 'whether a demo account exists; the console prints its password; production has none',
    local: true,
  },

  FEED: {
    section: 'Market',
    default: 'simulated',
    exception: {
      default: 'massive',
      when: 'with `MASSIVE_API_KEY`',
      applies: hasMassiveKey,
    },
    parse: choice('simulated', 'replay', 'massive'),
    meaning:
      'source of market data: `simulated`, `replay` (needs `REPLAY_FILE`) or `massive` (the provider Massive; needs `MASSIVE_API_KEY`)',
  },
  SIM_UPDATES_PER_SECOND: {
    section: 'Market',
    default: '5',
    parse: integer(1, 100),
    meaning: 'quotes per second for each symbol of the simulated market',
    local: true,
  },
  SIM_SEED: {
    section: 'Market',
    default: '1',
    parse: integer(0, 2 ** 31),
    meaning: 'seed of the simulated market; the same seed gives the same market',
    local: true,
  },
  SIM_SPLITS: {
    section: 'Market',
    default: '',
    parse: splits,
    meaning:
      'splits of the simulated market, comma separated: `AAPL 2026-06-15 4:1` makes four shares of one that day',
    local: true,
  },
  REPLAY_FILE: {
    section: 'Market',
    default: '',
    parse: optional(anyText),
    meaning: 'recorded upstream events for `FEED=replay`: NDJSON, plain or gzip',
    local: true,
  },
  REPLAY_SPEED: {
    section: 'Market',
    default: '1',
    parse: factor,
    meaning: 'factor of the recorded pace (2 is twice as fast), or `max`',
    local: true,
  },
  REPLAY_LOOP: {
    section: 'Market',
    default: 'true',
    parse: flag,
    meaning: 'whether the replay begins again at the end of the file',
    local: true,
  },
  REPLAY_FACTORS: {
    section: 'Market',
    default: '',
    parse: optional(anyText),
    meaning: 'folder of factor files (`aapl.csv`, as Lean has them), which tell the splits of a replay',
    local: true,
  },
  RECORD_FILE: {
    section: 'Market',
    default: '',
    parse: optional(anyText),
    meaning: 'file to which `FEED=massive` appends upstream events, in the format of `REPLAY_FILE`',
    local: true,
  },
  MASSIVE_API_KEY: {
    section: 'Market',
    default: '',
    parse: optional(anyText),
    meaning: 'key of the market data account; `POLYGON_API_KEY` is a second name',
    secret: true,
  },
  MASSIVE_WS_URL: {
    section: 'Market',
    default: 'wss://socket.massive.com/stocks',
    parse: address('ws', 'wss'),
    meaning: 'address of the WebSocket of the provider; `wss://delayed.massive.com/stocks` on a delayed plan',
  },
  MASSIVE_OPTIONS_WS_URL: {
    section: 'Market',
    default: '',
    parse: optional(address('ws', 'wss')),
    meaning:
      'address of the WebSocket for option contracts; if it is not set, that of `MASSIVE_WS_URL` with `/options` at its end',
  },
  MASSIVE_REST_URL: {
    section: 'Market',
    default: 'https://api.massive.com',
    parse: address('http', 'https'),
    meaning: 'address of the REST interface of the provider',
  },
  MASSIVE_REST_PER_SECOND: {
    section: 'Market',
    default: '5',
    parse: integer(1, 100),
    meaning:
      'requests to the REST interface of the provider per second, for each replica; its plans limit them',
  },
  MARKET_HOURS: {
    section: 'Market',
    default: 'always',
    exception: {
      default: 'us-equities',
      when: 'for `FEED=massive`',
      applies: isMassive,
    },
    parse: choice('us-equities', 'always'),
    meaning: 'when orders are accepted: in the US stock sessions (`us-equities`) or at any time (`always`)',
  },

  DARKPOOL_SYMBOLS: {
    section: 'Market',
    default: 'watched',
    parse: choice('watched', '*'),
    meaning:
      'symbols whose off-exchange prints are summed: those that are watched, held or featured (`watched`), or every symbol of the market (`*`)',
  },
  DARKPOOL_MIN_NOTIONAL: {
    section: 'Market',
    default: '0',
    parse: amount,
    meaning: 'smallest off-exchange print that counts, dollars',
  },
  // What a person would call a block.
  DARKPOOL_TAPE_NOTIONAL: {
    section: 'Market',
    default: '100000',
    parse: amount,
    meaning: 'smallest off-exchange print that is listed as one of the largest, dollars',
  },
  DARKPOOL_KEEP_DAYS: {
    section: 'Market',
    default: '30',
    parse: integer(1, 36_500),
    meaning: 'days after which sums of off-exchange prints are deleted',
  },

  DARKPOOL_PUBLIC: {
    section: 'Access',
    default: 'false',
    parse: flag,
    meaning: 'open `/ws` (off-exchange totals) without session or token',
  },
  MASSIVE_BUSINESS_PLAN: {
    section: 'Access',
    default: 'false',
    parse: flag,
    meaning:
      'the plan at Massive allows to show its data to everybody: `DARKPOOL_PUBLIC` needs it with `FEED=massive`',
  },

  STARTING_CASH: {
    section: 'Trading',
    default: '100000',
    parse: amount,
    meaning: 'cash in a new paper account, dollars',
  },
  // One slip of the finger costs at most this: two and a half accounts.
  MAX_ORDER_VALUE: {
    section: 'Trading',
    default: '250000',
    parse: amount,
    meaning: 'largest value of one order, dollars',
  },
  // No single company may carry more than this of an account.
  MAX_POSITION_VALUE: {
    section: 'Trading',
    default: '500000',
    parse: amount,
    meaning: 'largest value of one position, open orders included, dollars',
  },
  // The narrowest limit-up limit-down band, that of Tier 1.
  MARKET_COLLAR_PERCENT: {
    section: 'Trading',
    default: '5',
    parse: amount,
    meaning:
      'largest distance of a fill from the quote and from the last price at acceptance (market order) or from the stop price (stop order), percent',
  },
  // Twice the numerical guidelines of FINRA Rule 11892 for regular hours: 10, 5 and 3 %.
  MAX_SPREAD_PERCENT: {
    section: 'Trading',
    default: '20,10,6',
    parse: threeAmounts,
    meaning:
      'widest spread that is traded on, percent of the middle of bid and ask: up to $25, up to $50, above; one number is for all three',
  },
  // The widest threshold of "clearly erroneous" above $3.
  LIMIT_COLLAR_PERCENT: {
    section: 'Trading',
    default: '10',
    parse: amount,
    meaning:
      'how far a buy limit may be above the ask and the last price, or a sell limit below the bid and the last price, percent',
  },
  // A double click or a bot's retry under a new key comes within seconds; a second decision rarely does.
  DUPLICATE_WINDOW_SECONDS: {
    section: 'Trading',
    default: '10',
    parse: integer(0, 3_600),
    meaning: 'seconds in which an equal order with another idempotency key is denied; 0 is off',
  },
  // A tenth of the starting cash.
  DAILY_LOSS_LIMIT: {
    section: 'Trading',
    default: '10000',
    parse: amount,
    meaning: 'loss of one user in one trading day (New York) at which buy orders are denied, dollars',
  },

  FLUSH_INTERVAL_MS: {
    section: 'Realtime',
    default: '50',
    parse: integer(10, 5_000),
    meaning: 'pause between two writes of quotes and portfolios to a client, milliseconds',
  },
  MAX_CONNECTIONS_PER_USER: {
    section: 'Realtime',
    default: String(MAX_CONNECTIONS_PER_USER),
    parse: integer(1, 1_000),
    meaning: 'open sockets per user',
  },
  MAX_SYMBOLS_PER_CONNECTION: {
    section: 'Realtime',
    default: String(MAX_SYMBOLS_PER_CONNECTION),
    // More could not be named in one request.
    parse: integer(1, MAX_SYMBOLS_PER_REQUEST),
    meaning: `symbols that one socket may watch, ${MAX_SYMBOLS_PER_REQUEST} at most`,
  },
  RATE_LIMITS: {
    section: 'Realtime',
    default: '',
    parse: rateLimits,
    meaning: 'overridden rate limits, as `name=requests/seconds`, comma separated',
  },
} as const satisfies Readonly<Record<string, Variable<unknown>>>;

export type VariableName = keyof typeof VARIABLES;
export type ValueOf<Name extends VariableName> =
  ReturnType<(typeof VARIABLES)[Name]['parse']> extends infer Result
    ? Extract<Result, { readonly value: unknown }>['value']
    : never;

/** What the environment says, else the default that applies. */
export function rawText(env: Env, name: VariableName): string {
  const variable: Variable<unknown> = VARIABLES[name];
  const { exception } = variable;
  return textOf(env, name) ?? (exception?.applies(env) ? exception.default : variable.default);
}
