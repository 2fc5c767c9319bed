import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ConnectCode } from '../../../src/protocol/errors.ts';
import { PROTOCOL_VERSION } from '../../../src/protocol/version.ts';
import { every, type Timers } from '../lib/timers.ts';
import type { EndReason } from '../stores/session.ts';
import { ask, type TradecastSocket } from './socket.ts';

/** Waits after the first, second and third failed connect, milliseconds. */
const RETRY_MS = [2_000, 4_000, 8_000] as const;
/** Wait after each later one: often enough to notice, seldom enough not to hurt. */
const BACKGROUND_RETRY_MS = 15_000;
/** After this many failures in a row the screens poll over HTTP. */
const POLL_AFTER_FAILURES = RETRY_MS.length;
/** A dropped connection is retried within this time, spread so that a restart is not met by everybody at once. */
const FIRST_RETRY_MS = { least: 300, spread: 700 };
/** A connection that lived shorter counts as a failed connect, or a crashing server would be hammered. */
const STABLE_AFTER_MS = 5_000;
/** Other waits are stretched by up to this share. */
const JITTER = 0.2;
const LATENCY_INTERVAL_MS = 15_000;

/**
 * connecting → connected ⇄ reconnecting → polling (reconnecting in the background) and, for good, ended.
 */
export type ConnectionStatus = 'connecting' | 'connected' | 'reconnecting' | 'polling' | 'ended';

export interface ConnectionState {
  readonly status: ConnectionStatus;
  readonly connected: boolean;
  /** Failed connects in a row. */
  readonly failures: number;
  /** When the next connect is due, milliseconds since epoch; null while one is under way or none is planned. */
  readonly retryAt: number | null;
  /** The server named the wait: trying earlier would be refused. */
  readonly mustWait: boolean;
  /** The server's sentence on why there is no connection, where it gave one. */
  readonly message: string | null;
  /** Round trip, milliseconds. */
  readonly latencyMs: number | null;
  readonly replica: string | null;
  /** Set while polling: did the last poll fail too? */
  readonly offline: boolean;
  /** The server speaks another version of the protocol than this page. */
  readonly outdated: boolean;
}

interface Refusal {
  readonly code: ConnectCode;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}

export interface ConnectionOptions {
  readonly socket: TradecastSocket;
  readonly timers: Timers;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The session is over: no connect will succeed again. */
  onEnded(reason: EndReason): void;
}

export interface Connection {
  readonly state: StoreApi<ConnectionState>;
  readonly socket: TradecastSocket;
  start(): void;
  stop(): void;
  /** Tries at once where a retry is only being waited for: the network or the tab has come back. */
  wake(): void;
}

const INITIAL: ConnectionState = {
  status: 'connecting',
  connected: false,
  failures: 0,
  retryAt: null,
  mustWait: false,
  message: null,
  latencyMs: null,
  replica: null,
  offline: false,
  outdated: false,
};

/** Keeps one socket connected, decides when to try again, and says in `state` how it stands. */
export function createConnection({ socket, timers, random, onEnded }: ConnectionOptions): Connection {
  const state = createStore<ConnectionState>(() => INITIAL);
  let running = false;
  let connectedAt: number | null = null;
  let everConnected = false;
  let cancelRetry = () => {};
  let stopLatency = () => {};
  let shutdown: { waitMs: number; message: string } | null = null;

  const spread = (ms: number): number => ms * (1 + JITTER * random());

  function connectNow() {
    cancelRetry();
    state.setState({ retryAt: null });
    socket.connect();
  }

  function retryAfter(ms: number, mustWait = false) {
    cancelRetry();
    state.setState({ retryAt: timers.now() + ms, mustWait });
    cancelRetry = timers.after(ms, connectNow);
  }

  function end(reason: EndReason) {
    stop();
    state.setState({ status: 'ended' });
    onEnded(reason);
  }

  function failed(message: string | null, atLeastMs = 0) {
    const failures = state.getState().failures + 1;
    const waiting = everConnected ? 'reconnecting' : 'connecting';
    const status = failures >= POLL_AFTER_FAILURES ? 'polling' : waiting;
    state.setState({ failures, message, status });
    const ms = Math.max(RETRY_MS[failures - 1] ?? BACKGROUND_RETRY_MS, atLeastMs);
    retryAfter(spread(ms), atLeastMs > 0);
  }

  function measure() {
    const sentAt = performance.now();
    ask(socket, 'time:sync', [{ t0: timers.now() }], (answer) => {
      if (answer?.ok) state.setState({ latencyMs: Math.round(performance.now() - sentAt) });
    });
  }

  function connected() {
    connectedAt = timers.now();
    everConnected = true;
    shutdown = null;
    state.setState({ status: 'connected', connected: true, retryAt: null, message: null, offline: false });
    measure();
    stopLatency = every(timers, LATENCY_INTERVAL_MS, measure);
  }

  function disconnected() {
    stopLatency();
    const lived = timers.now() - (connectedAt ?? 0);
    connectedAt = null;
    state.setState({ connected: false, latencyMs: null, replica: null });
    if (!running) return;
    state.setState({ status: 'reconnecting', message: shutdown?.message ?? null });
    if (shutdown) {
      state.setState({ failures: 0 });
      return retryAfter(spread(shutdown.waitMs), true);
    }
    if (lived < STABLE_AFTER_MS) return failed(null);
    state.setState({ failures: 0 });
    retryAfter(FIRST_RETRY_MS.least + FIRST_RETRY_MS.spread * random());
  }

  function refused(error: Error & { data?: Refusal }) {
    if (!running) return;
    const { data } = error;
    if (data?.code === 'UNSUPPORTED_PROTOCOL') {
      failed(error.message, data.retryAfterMs);
      // While a release goes out the next replica may still be of our version; several in a row are not.
      if (!data.retryable || state.getState().failures >= POLL_AFTER_FAILURES)
        state.setState({ outdated: true });
      return;
    }
    // A user id that is not the session's means a stale page: signing in again mends it, trying again does not.
    if (data?.retryable === false) return end('invalid');
    failed(data ? error.message : null, data?.retryAfterMs);
  }

  function stop() {
    running = false;
    cancelRetry();
    stopLatency();
    socket.disconnect();
  }

  socket.on('connect', connected);
  socket.on('disconnect', disconnected);
  socket.on('connect_error', refused);
  socket.on('connected', ({ replica, protocol }) =>
    state.setState({ replica, outdated: protocol !== PROTOCOL_VERSION }),
  );
  socket.on('session:revoked', ({ reason }) => end(reason));
  socket.on('server:shutdown', ({ message, reconnectInMs }) => {
    shutdown = { waitMs: reconnectInMs, message };
  });

  return {
    state,
    socket,
    start() {
      running = true;
      connectNow();
    },
    stop,
    wake() {
      const { retryAt, mustWait } = state.getState();
      if (running && retryAt !== null && !mustWait) connectNow();
    },
  };
}
