/** Every limit of the wire, with the cost it stops. Those marked (env) can be set by environment. */

/** A person has a few tabs and a phone; more is a leak or an attack. (env MAX_CONNECTIONS_PER_USER) */
export const MAX_CONNECTIONS_PER_USER = 5;
/** Bounds fan-out work per socket and the size of one flush. (env MAX_SYMBOLS_PER_CONNECTION) */
export const MAX_SYMBOLS_PER_CONNECTION = 50;
/** Bounds the check of one list of symbols; a user's watchlist and a screen hold far fewer. */
export const MAX_SYMBOLS_PER_REQUEST = 200;
/** A chain around the money has 120; bounds the greeks and the writes that one connection costs. */
export const MAX_CONTRACTS_PER_CONNECTION = 200;
/** Off-exchange totals that one connection follows and one list has: beyond these the amounts are small. */
export const MAX_DARKPOOL_SYMBOLS = 500;
/** Above the limit of a connection, so that a client that exceeds it learns of CONTRACT_LIMIT. */
export const MAX_CONTRACTS_PER_REQUEST = 500;
/** A user as a whole has this many times each per-connection limit. */
export const USER_LIMIT_FACTOR = 5;
/** Bytes of the largest message on a socket and of the largest hook or API body. */
export const MAX_MESSAGE_BYTES = 64 * 1024;
/** Bytes of one reported portfolio: 500 rows with every field have some 90 KB, with the long decimals of floats 200 KB. */
export const MAX_REPORT_BYTES = 256 * 1024;
/** Bytes of the largest frame on a plain WebSocket: subscriptions need no more. */
export const MAX_PLAIN_FRAME_BYTES = 16 * 1024;
/** Sockets of one address that have not said who they are: stops one machine that opens and waits. */
export const MAX_UNIDENTIFIED_PER_ADDRESS = 20;
/** The same on one replica: bounds what many machines together can hold open. */
export const MAX_UNIDENTIFIED_SOCKETS = 500;
/** Pause between two pings of a plain WebSocket: proxies cut a silent connection after a minute. */
export const PLAIN_PING_INTERVAL_MS = 25_000;
/** Rows of one `initial` or `full` on `/ws`: about 65 KB. */
export const MAX_SENTIMENT_ROWS = 500;
/** Pause between two `full` for one reader of `/ws`. */
export const SENTIMENT_FULL_INTERVAL_MS = 60_000;
/** Bytes on their way to one reader of `/ws`; one that is further behind gets a `full` in place of updates. */
export const MAX_SENTIMENT_QUEUE_BYTES = 256 * 1024;
/** Sockets of one address on a public `/ws`: an office behind one address has some, a flood has more. */
export const MAX_VISITORS_PER_ADDRESS = 50;
/** Visitors of one replica: members must find a place. */
export const MAX_VISITORS = 5_000;
/** Life of a token that opens a plain WebSocket: it may stand in a URL, and so in the log of a proxy. */
export const SOCKET_TOKEN_SECONDS = 60;
/** Ends a handshake that does not finish. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** Bytes that may wait in memory for one socket; a client that does not read its replies is closed. */
export const MAX_SOCKET_QUEUE_BYTES = 512 * 1024;
/** A socket that takes nothing for this long is closed. */
export const SLOW_CONSUMER_TIMEOUT_MS = 30_000;
/** Pause between two checks of the session behind an open socket. */
export const SESSION_CHECK_INTERVAL_MS = 30_000;
/** Pause between two `journal:head` of a user. */
export const JOURNAL_HEAD_INTERVAL_MS = 10_000;
/** Pause between two `portfolio:update` of a user: a person reads no more than four a second. */
export const PORTFOLIO_INTERVAL_MS = 250;
/** A portfolio of more positions is a large one: 100 have 17 KB, 500 have 86 KB. */
export const LARGE_PORTFOLIO_POSITIONS = 100;
/** Pause between two `portfolio:update` of a large one to a client: four a second of 86 KB fill a thin line. */
export const LARGE_PORTFOLIO_INTERVAL_MS = 1_000;
/** Bytes of positions from which a `portfolio:delta` takes no further one: with its totals it stays below 5 KB. */
export const PORTFOLIO_DELTA_BYTES = 4_400;
/** Events in one answer of `GET /api/trades`. */
export const MAX_TRADES_PAGE = 500;
/** Orders in one answer of `GET /api/orders`: some 60 KB. */
export const MAX_ORDERS_PAGE = 200;
/** Bars in one answer of `GET /api/market/historical`: more than a week of minutes. */
export const MAX_BARS = 10_000;
/** Shares of one order: keeps quantity × price exact and far inside NUMERIC. */
export const MAX_ORDER_QUANTITY = 1_000_000;
/** Highest limit or stop price, dollars. */
export const MAX_ORDER_PRICE = 1_000_000;
/** Longest `eventId`, `clientOrderId` and `Idempotency-Key`, characters. */
export const MAX_KEY_LENGTH = 128;
/** Distance of a hook's signature time from now, in the past or the future. */
export const HOOK_WINDOW_SECONDS = 300;

/** Signals in one answer of `GET /api/signals`. */
export const MAX_SIGNALS_PAGE = 200;
/** How far the clock of a source may be ahead of ours: both run NTP, and a phone is off by a second or two. */
export const MAX_SIGNAL_AHEAD_SECONDS = 5;
/** A repeat after a short outage is still a signal; what is older is history, and nobody should trade on it. */
export const MAX_SIGNAL_AGE_SECONDS = 300;

/** `points` requests in `seconds`. */
export interface RateLimit {
  readonly points: number;
  readonly seconds: number;
}

/** A connection subscribes to a channel once; a repeat within the window is refused. */
export const CHANNEL_LIMIT = { points: 1, seconds: 60 } as const satisfies RateLimit;

/** Over HTTP. All replicas count into the same window. */
export const HTTP_RATE_LIMITS = {
  /** Per address, right passwords too: each costs memory-hard hashing and a session; a whole office signs in at once. */
  'http:password': { points: 600, seconds: 60 },
  /** Failed ones per address: stops one machine that tries many names; an office behind one address still signs in. */
  'http:login:address': { points: 100, seconds: 900 },
  /** Failed ones per user name and address: stops guessing a password, and does not lock out the owner elsewhere. */
  'http:login:user': { points: 10, seconds: 900 },
  /** Per address: an account costs memory-hard hashing and permanent rows. */
  'http:register': { points: 30, seconds: 3600 },
  /** Per user: polling two routes a second in five tabs stays below half of it. */
  'http:api': { points: 1200, seconds: 60 },
  /** Per user: as much as five connections may place and cancel over the socket. */
  'http:orders': { points: 150, seconds: 60 },
  /** Per source: 100 a second for good and a burst of 1,000; one source must not fill the database. */
  'http:signals': { points: 1000, seconds: 10 },
} as const satisfies Record<string, RateLimit>;
/** Charts and chains that one user reads at once: a page of them stays quick, and nobody takes the market's time. */
export const MAX_MARKET_READS = 4;
/** More of them wait; these are the panels of a large screen, twice. */
export const MAX_MARKET_READS_WAITING = 60;
export type HttpLimit = keyof typeof HTTP_RATE_LIMITS;
