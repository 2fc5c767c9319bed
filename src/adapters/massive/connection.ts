import type { FeedScope, FeedStatus } from '../../domain/market/feed.ts';
import type { MarketHours } from '../../domain/market/market-hours.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import type { Cluster } from './clusters.ts';
import type { StatusEvent } from './frames.ts';
import type { KnownPlan } from './plan.ts';
import { createSession } from './session.ts';
import { openSocket } from './socket.ts';
import { type ConnectionEnd, createStatusHandler } from './statuses.ts';

/** From the TCP connect to `auth_success`. */
const LOGIN_TIMEOUT_MS = 10_000;

/** Where the operator sets the address of each cluster. */
const WS_URL_VARIABLES = { stocks: 'MASSIVE_WS_URL', options: 'MASSIVE_OPTIONS_WS_URL' };

/** Two replicas upstream would evict each other. */
export const NOT_THE_ENGINE = 'This replica is not the engine right now.';

export interface Connection {
  want(symbols: ReadonlySet<string>, scope: FeedScope | null): void;
  /** For each status event the reader finds in a frame. */
  takeStatus(event: StatusEvent): void;
  /** The last sign that nothing is missing, milliseconds since epoch. */
  heardAt(): number;
  /** Ends it; `onEnd` is not called. */
  close(): void;
}

export interface ConnectionOptions {
  readonly cluster: Cluster;
  readonly plan: KnownPlan;
  readonly apiKey: string;
  readonly wsUrl: string;
  readonly clock: Clock;
  readonly hours: MarketHours;
  readonly log: Log;
  /** One text frame; returns true where it held market data. */
  readonly onFrame: (text: string) => boolean;
  readonly onOversize: () => void;
  /** Called right before the login, with which upstream evicts the connection that has the place. */
  readonly mayLogIn: () => boolean;
  readonly onLoggedIn: () => void;
  readonly onStatus: (status: FeedStatus) => void;
  readonly onFlow: (symbol: string, flowing: boolean) => void;
  readonly onUnquoted: (symbol: string, time: number) => void;
  readonly onEnd: (end: ConnectionEnd) => void;
}

/** One life of the upstream connection: log in, subscribe, watch it, end with a reason. It never returns by itself. */
export function createConnection(options: ConnectionOptions): Connection {
  const { cluster, apiKey, wsUrl, clock, hours, log, onStatus, onFlow, onUnquoted } = options;
  const open = createScope();
  let ended = false;

  const close = (): void => {
    ended = true;
    open.end();
  };
  const end = (kind: ConnectionEnd['kind'], detail: string): void => {
    if (ended) return;
    close();
    options.onEnd({ kind, detail });
  };

  const socket = openSocket({
    wsUrl,
    handshakeTimeoutMs: LOGIN_TIMEOUT_MS,
    onText(text) {
      if (!ended) session.received(options.onFrame(text));
    },
    onOversize() {
      if (ended) return;
      // Before it counts as a sign: what was in it is missing since the one before.
      options.onOversize();
      session.received(false);
    },
    onSign: () => session.received(false),
    onGone: (detail) => end('retry', detail),
  });
  const session = createSession({
    cluster,
    socket,
    plan: options.plan,
    isDelayed: new URL(wsUrl).hostname.startsWith('delayed'),
    clock,
    hours,
    log,
    onStatus,
    onFlow,
    onUnquoted,
    onDead: () => end('retry', 'Upstream fell silent.'),
  });
  const cancelLogin = clock.after(LOGIN_TIMEOUT_MS, () => end('retry', 'The login upstream took too long.'));
  open.add(socket.cut, session.stop, cancelLogin);

  return {
    want: session.want,
    heardAt: session.heardAt,
    takeStatus: createStatusHandler({
      wsUrlVariable: WS_URL_VARIABLES[cluster.name],
      log,
      onConnected() {
        if (options.mayLogIn()) socket.send({ action: 'auth', params: apiKey });
        else end('retry', NOT_THE_ENGINE);
      },
      onLoggedIn() {
        cancelLogin();
        options.onLoggedIn();
        session.begin();
      },
      acknowledge: session.acknowledge,
      onNotAuthorized: session.notAuthorized,
      end,
    }),
    close,
  };
}
