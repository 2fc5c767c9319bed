/** Every limit of the wire, with the cost it stops. Those marked (env) can be set by environment. */

/** One person has a few tabs and a phone; more is a leak or an attack. (env MAX_CONNECTIONS_PER_USER) */
export const MAX_CONNECTIONS_PER_USER = 5;
/** Bounds fan-out work per socket and the size of one flush. (env MAX_SYMBOLS_PER_CONNECTION) */
export const MAX_SYMBOLS_PER_CONNECTION = 50;
/** A user as a whole has this many times each per-connection limit. */
export const USER_LIMIT_FACTOR = 5;
/** Largest message accepted on a socket and largest hook or API body, bytes. */
export const MAX_MESSAGE_BYTES = 64 * 1024;
/** A socket that has not finished its handshake by then is closed. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** A socket for which more than this waits in our memory is closed: replies to somebody who does not read, bytes. */
export const MAX_SOCKET_QUEUE_BYTES = 512 * 1024;
/** A socket that could not be written to for this long is closed. */
export const SLOW_CONSUMER_TIMEOUT_MS = 30_000;
/** The session behind each open socket is checked this often. */
export const SESSION_CHECK_INTERVAL_MS = 30_000;
/** `journal:head` goes to each user's connections this often. */
export const JOURNAL_HEAD_INTERVAL_MS = 10_000;
/** At most four `portfolio:update` a second per user: more cannot be read. */
export const PORTFOLIO_INTERVAL_MS = 250;
/** Most events one `GET /api/trades` answers with. */
export const MAX_TRADES_PAGE = 500;
/** Shares of one order: keeps quantity × price exact and far inside NUMERIC. */
export const MAX_ORDER_QUANTITY = 1_000_000;
/** Highest limit or stop price, dollars. */
export const MAX_ORDER_PRICE = 1_000_000;
/** Longest `eventId`, `clientOrderId` and `Idempotency-Key`, characters. */
export const MAX_KEY_LENGTH = 128;
/** A hook signed more than this long ago or ahead is refused, seconds. */
export const HOOK_WINDOW_SECONDS = 300;

/** `points` requests in `seconds`. */
export interface RateLimit {
  readonly points: number;
  readonly seconds: number;
}

/** Of a channel that one connection subscribes to once; a page that mounts again waits for the window. */
export const CHANNEL_LIMIT = { points: 1, seconds: 60 } as const satisfies RateLimit;

/** Over HTTP, by the key named. Every replica counts into the same window. */
export const HTTP_RATE_LIMITS = {
  /** Per address: one machine that tries many names. An office behind one address still gets in. */
  'http:login:address': { points: 100, seconds: 900 },
  /** Per user name and address: guessing one password, without locking the owner out from elsewhere. */
  'http:login:user': { points: 10, seconds: 900 },
  /** Per address: accounts cost memory-hard hashing and rows for good. */
  'http:register': { points: 30, seconds: 3600 },
  /** Per user: polling two routes a second in five tabs stays below half of it. */
  'http:api': { points: 1200, seconds: 60 },
  /** Per user: what five connections may place and cancel over the socket. */
  'http:orders': { points: 150, seconds: 60 },
} as const satisfies Record<string, RateLimit>;
export type HttpLimit = keyof typeof HTTP_RATE_LIMITS;
