import type { Cancel, Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';
import { type BusLink, type LinkCounters, newLinkCounters } from './link.ts';

/** A heartbeat is sent every second and comes back in a millisecond: three missed ones are no accident. */
export const ECHO_TIMEOUT_MS = 3_000;
const CHECK_MS = 500;

/** Whether our own heartbeat comes back, and what to do when it does not. */
export interface LinkWatch extends BusLink {
  count(what: keyof LinkCounters, by?: number): void;
  /** Our heartbeat that was sent at `at` has come back. */
  echoed(at: number): void;
  /** A connection has ended or was refused: the link is down at once. `reason` is for the log. */
  lost(reason: string): void;
  start(): void;
  stop(): void;
}

export interface LinkWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Drops the connections and makes new ones: called every three seconds until a heartbeat comes back. */
  readonly renew: () => void;
}

/**
 * Begins as `ok`: an untried link is not down. Only a heartbeat that was sent after the loss ends `down`: an earlier
 * one proves nothing about the present connections.
 */
export function createLinkWatch({ clock, log, renew }: LinkWatchOptions): LinkWatch {
  const counters = newLinkCounters();
  const changed = createEmitter<[state: 'ok' | 'down']>((error) =>
    log.error({ err: error }, 'a listener of the bus link failed'),
  );
  let state: 'ok' | 'down' = 'ok';
  let problem: string | null = null;
  let lagMs: number | null = null;
  const last = { echo: 0, loss: 0, renewal: 0 };
  let cancel: Cancel | null = null;

  function change(next: 'ok' | 'down', reason: string): void {
    if (next === 'ok') problem = null;
    if (state === next) return;
    state = next;
    if (next === 'down') log.warn({ reason }, 'the bus is down: Redis does not reach the other replicas');
    else log.info({ resubscribed: counters.resubscribed }, 'the bus reaches the other replicas again');
    changed.emit(next);
  }

  function down(reason: string): void {
    lagMs = null;
    last.loss = clock.now();
    problem = reason;
    change('down', reason);
  }

  function check(): void {
    const now = clock.now();
    // A clock that was set back must not make us wait until it is there again.
    last.echo = Math.min(last.echo, now);
    last.loss = Math.min(last.loss, now);
    last.renewal = Math.min(last.renewal, now);
    if (now - Math.max(last.echo, last.renewal) < ECHO_TIMEOUT_MS) return;
    // What a connection was refused for is known better than that.
    down(problem ?? 'our heartbeat does not come back');
    last.renewal = now;
    renew();
  }

  return {
    state: () => state,
    problem: () => problem,
    lagMs: () => lagMs,
    counters,
    count(what, by = 1) {
      counters[what] += by;
    },
    onChange: changed.on,
    echoed(at) {
      if (cancel === null || at < last.loss) return;
      last.echo = clock.now();
      lagMs = Math.max(0, last.echo - at);
      change('ok', '');
    },
    lost(reason) {
      if (cancel !== null) down(reason);
    },
    start() {
      last.echo = clock.now();
      cancel ??= clock.every(CHECK_MS, check);
    },
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}
