import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type BusLink, type LinkCounters, newLinkCounters } from './bus.ts';

/** A heartbeat is sent every second and back in a millisecond: three missed are no accident, milliseconds. */
export const ECHO_TIMEOUT_MS = 3_000;
const CHECK_MS = 500;

/** Whether our own heartbeat comes back, and what to do when it does not. */
export interface LinkWatch extends BusLink {
  count(what: keyof LinkCounters, by?: number): void;
  /** Our heartbeat that was sent at `at` has come back. */
  echoed(at: number): void;
  /** A connection has ended or was refused; the watch need not wait to know. `reason` is for the log. */
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
 * Begins as `ok`: a link that has not been tried is not down. Only a heartbeat sent after the loss ends `down`,
 * since what was under way before says nothing about the connections of now.
 */
export function createLinkWatch({ clock, log, renew }: LinkWatchOptions): LinkWatch {
  const counters = newLinkCounters();
  const listeners = new Set<(state: 'ok' | 'down') => void>();
  let state: 'ok' | 'down' = 'ok';
  let lagMs: number | null = null;
  /** When the link was last known to work, last lost, and last made anew. */
  let heardAt = 0;
  let lostAt = 0;
  let renewedAt = 0;
  let cancel: Cancel | null = null;

  function change(next: 'ok' | 'down', reason: string): void {
    if (state === next) return;
    state = next;
    if (next === 'down') log.warn({ reason }, 'the bus is down: other replicas are not reached over Redis');
    else log.info({ resubscribed: counters.resubscribed }, 'the bus reaches the other replicas again');
    for (const listener of listeners) {
      try {
        listener(next);
      } catch (error) {
        log.error({ err: error }, 'a listener of the bus link failed');
      }
    }
  }

  function down(reason: string): void {
    lagMs = null;
    lostAt = clock.now();
    change('down', reason);
  }

  function check(): void {
    const now = clock.now();
    // A clock that was set back must not make us wait until it is there again.
    heardAt = Math.min(heardAt, now);
    lostAt = Math.min(lostAt, now);
    renewedAt = Math.min(renewedAt, now);
    if (now - Math.max(heardAt, renewedAt) < ECHO_TIMEOUT_MS) return;
    down('our heartbeat does not come back');
    renewedAt = now;
    renew();
  }

  return {
    state: () => state,
    lagMs: () => lagMs,
    counters,
    count(what, by = 1) {
      counters[what] += by;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    echoed(at) {
      if (cancel === null || at < lostAt) return;
      heardAt = clock.now();
      lagMs = Math.max(0, heardAt - at);
      change('ok', '');
    },
    lost(reason) {
      if (cancel !== null) down(reason);
    },
    start() {
      heardAt = clock.now();
      cancel ??= clock.every(CHECK_MS, check);
    },
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}
