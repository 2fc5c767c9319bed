import type { Redis } from 'ioredis';
import type { BusLink } from '../../domain/bus/link.ts';
import type { Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import { createProbe } from './probe.ts';

/**
 * Circuit breaker of the counters: the first command that fails or takes too long sends every caller to the local
 * limits, also those that wait already, until a `PING` of our own is answered. So an outage costs a request one
 * command timeout at most, however many limits it passes.
 */
export interface Breaker {
  isClosed(): boolean;
  /** What the command answers, or null where Redis is away; never throws. */
  ask<T extends object | number>(command: () => Promise<T>): Promise<T | null>;
  /** Called in the moment Redis can be asked (again), before any caller asks. */
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
  const closing = createEmitter();
  const running = createScope();
  const waiting = new Set<() => void>();
  let state: 'closed' | 'open' | 'stopped' = 'stopped';
  // What the link does not reach, neither will this.
  const isReachable = (): boolean => link.state() === 'ok';
  const probe = createProbe({ redis, clock, isWorthIt: isReachable, onAnswer: close });

  function open(error: Error | null): void {
    if (state === 'stopped') return;
    probe.start();
    if (state === 'open') return;
    state = 'open';
    log.warn(
      error ? { err: error } : {},
      'Redis does not answer: each replica counts its own share of the limits',
    );
    giveUp();
  }

  function giveUp(): void {
    for (const settle of [...waiting]) settle();
  }

  function close(): void {
    if (state !== 'open' || !isReachable() || redis.status !== 'ready') return;
    state = 'closed';
    probe.stop();
    log.info({}, 'limits are counted over all replicas');
    closing.emit();
  }

  return {
    isClosed: () => state === 'closed',
    ask<T extends object | number>(command: () => Promise<T>): Promise<T | null> {
      if (state !== 'closed') return Promise.resolve(null);
      return new Promise((resolve) => {
        const withoutRedis = (): void => settle(null);
        const settle = (answer: T | null): void => {
          waiting.delete(withoutRedis);
          resolve(answer);
        };
        waiting.add(withoutRedis);
        command().then(settle, (error: Error) => {
          open(error);
          settle(null);
        });
      });
    },
    onClose: closing.on,
    start() {
      const onLost = (): void => open(null);
      redis.on('close', onLost);
      redis.on('ready', probe.ask);
      running.add(
        () => redis.off('close', onLost),
        () => redis.off('ready', probe.ask),
        link.onChange((reached) => (reached === 'ok' ? probe.ask() : open(null))),
        probe.stop,
      );
      state = 'open';
      probe.start();
    },
    stop() {
      state = 'stopped';
      running.end();
      giveUp();
    },
  };
}
