import type { Timers } from '../lib/timers.ts';
import type { ConnectionStore } from '../stores/connection.ts';
import type { TradecastSocket } from './socket.ts';

/** Waits before the first, second and third retry. A first connect that fails counts as a loss. */
export const FAILURE_WAITS_MS = [2_000, 4_000, 8_000] as const;
/** Wait before each later one: often enough to notice, seldom enough not to hurt. */
const BACKGROUND_WAIT_MS = 15_000;
/** Waits are stretched by up to this share, so that a restart is not met by all browsers at once. */
const JITTER = 0.2;

export interface Reconnect {
  now(): void;
  /** `atLeastMs` is the wait that the server named; 0 where it named none. */
  afterFailure(failures: number, atLeastMs: number): void;
  afterShutdown(waitMs: number): void;
  stop(): void;
}

export interface ReconnectOptions {
  readonly socket: TradecastSocket;
  readonly timers: Timers;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly state: ConnectionStore;
}

/** Connects again after the wait that fits, which `state` shows. */
export function createReconnect({ socket, timers, random, state }: ReconnectOptions): Reconnect {
  let cancel = () => {};
  const stretched = (ms: number): number => ms * (1 + JITTER * random());

  function now() {
    cancel();
    state.setState({ retryAt: null });
    socket.connect();
  }

  function after(ms: number, mustWait: boolean) {
    cancel();
    state.setState({ retryAt: timers.now() + ms, mustWait });
    cancel = timers.after(ms, now);
  }

  return {
    now,
    afterFailure(failures, atLeastMs) {
      const ms = Math.max(FAILURE_WAITS_MS[failures - 1] ?? BACKGROUND_WAIT_MS, atLeastMs);
      after(stretched(ms), atLeastMs > 0);
    },
    afterShutdown: (waitMs) => after(stretched(waitMs), true),
    stop: () => cancel(),
  };
}
