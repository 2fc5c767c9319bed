import { WebSocket } from 'ws';
import type { FeedStatus } from '../../domain/market/feed.ts';
import type { MarketHours } from '../../domain/market/market-hours.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { StatusEvent } from './frames.ts';
import { createTopics } from './topics.ts';
import { createWatchdog } from './watchdog.ts';

/** From the TCP connect to `auth_success`. */
const LOGIN_TIMEOUT_MS = 10_000;
/** Frames above a megabyte are dropped by the reader; far above, the connection is not worth keeping. */
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;
const MAX_FRAME_BYTES = 1_000_000;
/** One bar a second in regular hours: its silence is upstream's, not the market's. */
const CANARY_TOPIC = 'A.SPY';

/** Upstream's words (sic) for a real-time request on a delayed plan. */
const DELAYED_PLAN = "You don't have access real-time data";

/** Two replicas upstream would throw each other out. */
export const NOT_THE_ENGINE = 'This replica is not the engine at the moment.';

/**
 * How a connection ended. `retry`: come back after a pause. `refused`: asking again gives the same answer.
 * `lost`: upstream gave the account's one place to somebody else.
 */
export type ConnectionEnd = { readonly kind: 'retry' | 'refused' | 'lost'; readonly detail: string };

export interface Connection {
  want(symbols: ReadonlySet<string>): void;
  /** For each status event the reader finds in a frame. */
  takeStatus(event: StatusEvent): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly apiKey: string;
  readonly wsUrl: string;
  readonly clock: Clock;
  readonly hours: MarketHours;
  readonly log: Log;
  /** One text frame; returns true where it held market data. */
  readonly onFrame: (text: string) => boolean;
  readonly onOversize: () => void;
  /** Asked right before the login, with which upstream throws out whoever was there. */
  readonly mayLogIn: () => boolean;
  readonly onLoggedIn: () => void;
  readonly onStatus: (status: FeedStatus) => void;
  readonly onFlow: (symbol: string, flowing: boolean) => void;
  readonly onEnd: (end: ConnectionEnd) => void;
}

/** One life of the upstream connection: log in, subscribe, watch over it, end with a reason. Never comes back itself. */
export function createConnection(options: ConnectionOptions): Connection {
  const { apiKey, wsUrl, clock, hours, log, onFrame, onFlow, onEnd } = options;
  const state = new URL(wsUrl).hostname.startsWith('delayed') ? 'delayed' : 'live';
  const socket = new WebSocket(wsUrl, { maxPayload: MAX_PAYLOAD_BYTES, handshakeTimeout: LOGIN_TIMEOUT_MS });
  let wanted: ReadonlySet<string> = new Set();
  let loggedIn = false;
  let silent = false;
  let ended = false;

  const send = (message: { action: string; params: string }): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };

  const end = (kind: ConnectionEnd['kind'], detail: string): void => {
    if (ended) return;
    ended = true;
    cancelLogin();
    topics.stop();
    watchdog.stop();
    // Upstream does not answer close frames reliably: nothing is gained by waiting for one.
    socket.terminate();
    onEnd({ kind, detail });
  };

  const tellState = (): void => {
    if (!loggedIn || ended) return;
    const refused = topics.refusedChannels();
    const detail = silent
      ? 'Upstream has fallen silent while the market is open.'
      : refused.length > 0
        ? `The plan does not include ${refused.join(', ')}: quotes rest on the other channels.`
        : undefined;
    options.onStatus({ state: silent ? 'silent' : state, ...(detail === undefined ? {} : { detail }) });
  };

  const topics = createTopics({
    clock,
    always: [CANARY_TOPIC],
    send: (action, list) => send({ action, params: list.join(',') }),
    onFlow,
    onUnanswered(list) {
      log.warn({ topics: list.slice(0, 20), count: list.length }, 'upstream never confirmed these topics');
      tellState();
    },
  });
  const watchdog = createWatchdog({
    clock,
    session: () => (loggedIn ? hours.session(clock.now()) : 'closed'),
    hasCanary: () => topics.isConfirmed(CANARY_TOPIC),
    ping: () => socket.readyState === WebSocket.OPEN && socket.ping(),
    onSilent(isSilent) {
      silent = isSilent;
      tellState();
    },
    onDead: () => end('retry', 'Upstream fell silent.'),
  });
  const cancelLogin = clock.after(LOGIN_TIMEOUT_MS, () =>
    end('retry', 'Upstream did not let us log in in time.'),
  );

  const onStatus: Readonly<Record<string, (message: string) => void>> = {
    connected() {
      if (options.mayLogIn()) send({ action: 'auth', params: apiKey });
      else end('retry', NOT_THE_ENGINE);
    },
    auth_success() {
      loggedIn = true;
      cancelLogin();
      topics.want(wanted);
      options.onLoggedIn();
      tellState();
    },
    auth_failed: (message) => end('refused', `Upstream refused the login: ${message}`),
    auth_timeout: (message) => end('retry', `Upstream gave up waiting for the login: ${message}`),
    max_connections: () => end('lost', 'Another service uses this key: upstream allows one connection.'),
    success(message) {
      if (!topics.acknowledge(message)) log.debug({ message }, 'an acknowledgement nobody waits for');
    },
    error(message) {
      if (message.includes(DELAYED_PLAN)) {
        end('refused', 'The plan has delayed data only: set MASSIVE_WS_URL to the delayed host.');
      } else {
        log.warn({ message }, 'upstream refused a request');
      }
    },
  };

  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (ended) return;
    if (isBinary || data.length > MAX_FRAME_BYTES) {
      watchdog.heard(false);
      options.onOversize();
      return;
    }
    watchdog.heard(onFrame(data.toString('utf8')));
  });
  socket.on('pong', () => watchdog.heard(false));
  socket.on('ping', () => watchdog.heard(false));
  socket.on('error', (error) => end('retry', `The upstream connection failed: ${error.message}`));
  socket.on('close', (code) => end('retry', `Upstream closed the connection (${code}).`));

  return {
    want(symbols) {
      wanted = symbols;
      if (loggedIn && !ended) topics.want(symbols);
    },
    takeStatus({ status, message }) {
      const act = onStatus[status];
      if (act) act(message);
      else log.warn({ status, message }, 'upstream said something unknown');
    },
    close() {
      ended = true;
      cancelLogin();
      topics.stop();
      watchdog.stop();
      socket.terminate();
    },
  };
}
