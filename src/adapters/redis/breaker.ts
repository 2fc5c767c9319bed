import type { Redis } from 'ioredis';
import type { BusLink } from '../../domain/bus/link.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

/** While Redis is away it is asked this often whether it is back, milliseconds. */
const PROBE_MS = 250;
/**
 * A connection that answered none of this many probes is made anew, although it calls itself ready: TCP would wait
 * for minutes for the other end of a line that was cut.
 */
const MAX_MISSES = 8;

/**
 * Circuit breaker of the counters: the first command that fails or takes too long sends everybody to the local
 * limits, those who wait already included, until a `PING` of our own is answered. So an outage costs a request one
 * command timeout at most, however many limits it passes.
 */
export interface Breaker {
  isClosed(): boolean;
  /** What the command answers, or null where Redis is away; never throws. */
  ask<T extends object | number>(command: () => Promise<T>): Promise<T | null>;
  /** Called in the moment Redis can be asked (again), before anybody asks. */
  onClose(listener: () => void): void;
  start(): void;
  stop(): void;
}

export interface BreakerOptions {
  readonly redis: Redis;
  readonly link: Pick<BusLink, 'state' | 'onChange'>;
  readonly clock: Clock;
  readonly log: Log;
}

export function createBreaker({ redis, link, clock, log }: BreakerOptions): Breaker {
  const listeners: (() => void)[] = [];
  const waiting = new Set<() => void>();
  let closed = false;
  let stopped = true;
  let probing = false;
  let misses = 0;
  let stopProbes: Cancel | null = null;
  let stopListening: Cancel | null = null;

  function open(error: Error | null): void {
    if (stopped) return;
    stopProbes ??= clock.every(PROBE_MS, probe);
    if (!closed) return;
    closed = false;
    log.warn(
      { ...(error && { err: error }) },
      'Redis does not answer: limits are counted by each replica for itself',
    );
    for (const giveUp of [...waiting]) giveUp();
  }

  function probe(): void {
    // What the link does not reach, neither will this.
    if (stopped || closed || link.state() !== 'ok') return;
    misses += 1;
    if (misses > MAX_MISSES && (redis.status === 'ready' || redis.status === 'connect')) {
      misses = 0;
      redis.disconnect(true);
    } else if (!probing && redis.status === 'ready') {
      probing = true;
      redis
        .ping()
        .then(close, () => {})
        .finally(() => {
          probing = false;
        });
    }
  }

  function close(): void {
    if (stopped || closed || link.state() !== 'ok' || redis.status !== 'ready') return;
    closed = true;
    misses = 0;
    stopProbes?.();
    stopProbes = null;
    log.info({}, 'limits are counted over all replicas');
    for (const listener of listeners) listener();
  }

  const onRedisLost = (): void => open(null);

  return {
    isClosed: () => closed,
    ask<T extends object | number>(command: () => Promise<T>): Promise<T | null> {
      if (!closed) return Promise.resolve(null);
      return new Promise((resolve) => {
        const giveUp = (): void => settle(null);
        const settle = (answer: T | null): void => {
          waiting.delete(giveUp);
          resolve(answer);
        };
        waiting.add(giveUp);
        command().then(settle, (error: Error) => {
          open(error);
          settle(null);
        });
      });
    },
    onClose(listener) {
      listeners.push(listener);
    },
    start() {
      stopped = false;
      redis.on('close', onRedisLost);
      redis.on('ready', probe);
      stopListening = link.onChange((state) => (state === 'ok' ? probe() : open(null)));
      open(null);
    },
    stop() {
      stopped = true;
      closed = false;
      redis.off('close', onRedisLost);
      redis.off('ready', probe);
      stopListening?.();
      stopProbes?.();
      stopProbes = null;
      for (const giveUp of [...waiting]) giveUp();
    },
  };
}
