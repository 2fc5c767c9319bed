import type { ConnectCode } from '../../../src/protocol/errors.ts';
import { PROTOCOL_VERSION } from '../../../src/protocol/version.ts';
import { createEmitter } from '../lib/emitter.ts';
import type { Timers } from '../lib/timers.ts';
import { type ConnectionState, type ConnectionStore, createConnectionStore } from '../stores/connection.ts';
import type { EndReason } from '../stores/session.ts';
import { watchLine } from './line-watch.ts';
import { holdPlace } from './place.ts';
import { createReconnect, FAILURE_WAITS_MS } from './reconnect.ts';
import type { TradecastSocket } from './socket.ts';

/** A loss, or a first connect that fails, and as many retries that fail: then the screens poll over HTTP. */
const POLL_AFTER_FAILURES = FAILURE_WAITS_MS.length + 1;
/** A connection that lived shorter counts as a failed connect, or a crashing server would be hammered. */
const STABLE_AFTER_MS = 5_000;

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
  readonly state: ConnectionStore;
  /** Calls back after each connect; `again` after the first. */
  onConnect(listener: (again: boolean) => void): () => void;
  start(): void;
  stop(): void;
  /** Tries at once where only a retry is due: the network or the tab has come back. */
  wake(): void;
}

/** How the connection stands, and what each event of the socket makes of that. */
function createLife({ socket, timers, random }: Omit<ConnectionOptions, 'onEnded'>) {
  const state = createConnectionStore();
  const connects = createEmitter<[again: boolean]>();
  const reconnect = createReconnect({ socket, timers, random, state });
  let running = false;
  let connectedAt: number | null = null;
  let everConnected = false;
  let stopWatch = () => {};
  let shutdown: { waitMs: number; message: string } | null = null;

  function failed(message: string | null, atLeastMs = 0, part: Partial<ConnectionState> = {}) {
    const failures = state.getState().failures + 1;
    const waiting = everConnected ? 'reconnecting' : 'connecting';
    const status = failures >= POLL_AFTER_FAILURES ? 'polling' : waiting;
    state.setState({ ...part, failures, message, status });
    reconnect.afterFailure(failures, atLeastMs);
  }

  function connected() {
    const again = everConnected;
    connectedAt = timers.now();
    everConnected = true;
    shutdown = null;
    state.setState({ status: 'connected', connected: true, retryAt: null, message: null, offline: false });
    stopWatch = watchLine(socket, timers, {
      report: (latencyMs) => state.setState({ latencyMs }),
      onSilence: () => socket.io.engine.close(),
    });
    connects.emit(again);
  }

  function disconnected() {
    stopWatch();
    const lived = timers.now() - (connectedAt ?? 0);
    connectedAt = null;
    const lost = { connected: false, latencyMs: null, replica: null };
    if (!running) return state.setState(lost);
    if (shutdown) {
      state.setState({ ...lost, status: 'reconnecting', failures: 0, message: shutdown.message });
      return reconnect.afterShutdown(shutdown.waitMs);
    }
    if (lived >= STABLE_AFTER_MS) state.setState({ failures: 0 });
    failed(null, 0, lost);
  }

  return {
    state,
    connected,
    disconnected,
    failed,
    onConnect: connects.on,
    isRunning: () => running,
    stop() {
      running = false;
      reconnect.stop();
      stopWatch();
      socket.disconnect();
    },
    shutsDown(waitMs: number, message: string) {
      shutdown = { waitMs, message };
    },
    start() {
      running = true;
      if (state.getState().status === 'replaced') state.setState({ status: 'reconnecting' });
      reconnect.now();
    },
    /** Another connection has its place: two that both come back would take it from each other. */
    replaced() {
      running = false;
      reconnect.stop();
      state.setState({ status: 'replaced', retryAt: null, message: null });
    },
    wake() {
      const { retryAt, mustWait } = state.getState();
      if (running && retryAt !== null && !mustWait) reconnect.now();
    },
  };
}

/** Keeps one socket connected, decides when to try again, and shows in `state` how it stands. */
export function createConnection(options: ConnectionOptions): Connection {
  const { socket, onEnded } = options;
  const life = createLife(options);
  const { state } = life;

  function end(reason: EndReason) {
    life.stop();
    state.setState({ status: 'ended' });
    onEnded(reason);
  }

  function refused(error: Error & { data?: Refusal }) {
    if (!life.isRunning()) return;
    const { data } = error;
    if (data?.code === 'UNSUPPORTED_PROTOCOL') {
      life.failed(error.message, data.retryAfterMs);
      // While a release goes out the next replica may still be of our version; several in a row are not.
      if (!data.retryable || state.getState().failures >= POLL_AFTER_FAILURES)
        state.setState({ outdated: true });
      return;
    }
    // A user id that is not the session's means a stale page: signing in again mends it, trying again does not.
    if (data?.retryable === false) return end('invalid');
    life.failed(data ? error.message : null, data?.retryAfterMs);
  }

  holdPlace(socket);
  socket.on('connect', life.connected);
  socket.on('disconnect', life.disconnected);
  socket.on('connect_error', refused);
  socket.on('connected', ({ replica, protocol }) =>
    state.setState({ replica, outdated: protocol !== PROTOCOL_VERSION }),
  );
  socket.on('session:revoked', ({ reason }) => end(reason));
  socket.on('session:replaced', life.replaced);
  socket.on('server:shutdown', ({ message, reconnectInMs }) => life.shutsDown(reconnectInMs, message));
  const { onConnect, start, stop, wake } = life;
  return { state, onConnect, start, stop, wake };
}
