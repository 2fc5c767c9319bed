import type { Redis } from 'ioredis';
import type { BusLink } from '../../domain/bus/link.ts';
import type { Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import { createProbe } from './probe.ts';
import { isRefusal, reasonOf } from './refusals.ts';

/** A Redis that refused a command is not asked by callers again sooner: the reason lasts, or the next one is refused. */
export const REFUSED_MS = 3_000;

/**
 * Circuit breaker of the counters: the first command that fails, is refused or takes too long sends every caller to the
 * local limits, also those that wait already, until a trial of our own succeeds. So an outage costs a request one
 * command timeout at most, however many limits it passes.
 */
export interface Breaker {
  isClosed(): boolean;
  /** What Redis refuses and why, without a full stop; null while it refuses nothing. */
  problem(): string | null;
  /** What the command answers, or null where Redis is away; never throws. */
  ask<T extends object | number>(command: () => Promise<T>): Promise<T | null>;
  /** Called in the moment Redis can be asked (again), before any caller asks. */
  onClose(listener: () => void): void;
  start(): void;
  stop(): void;
}

export interface BreakerOptions {
  readonly redis: Redis;
  /** Everything that callers ask of Redis; a `PING` by default. */
  readonly trial?: () => Promise<unknown>;
  readonly link: Pick<BusLink, 'state' | 'onChange'>;
  readonly clock: Clock;
  readonly log: Log;
}

export function createBreaker({
  redis,
  link,
  clock,
  log,
  trial = () => redis.ping(),
}: BreakerOptions): Breaker {
  const closing = createEmitter();
  const running = createScope();
  const callers = createCallers();
  let state: 'closed' | 'open' | 'stopped' = 'stopped';
  const refusal = createLastRefusal(clock);
  // What the link does not reach, neither will this.
  const isReachable = (): boolean => link.state() === 'ok';
  const probe = createProbe({
    ...{ redis, clock, trial, isWorthIt: isReachable },
    ...{ onAnswer: close, onFailure: refusal.note },
  });

  function open(error: Error | null): void {
    if (state === 'stopped') return;
    probe.start();
    if (error) refusal.note(error);
    if (state === 'open') return;
    state = 'open';
    const what = error && isRefusal(error) ? 'Redis refuses a command' : 'Redis does not answer';
    log.warn(error ? { err: error } : {}, `${what}: each replica counts its own share of the limits`);
    callers.giveUp();
  }

  function close(): void {
    if (state !== 'open' || !isReachable() || redis.status !== 'ready') return;
    if (refusal.isFresh()) return;
    refusal.forget();
    state = 'closed';
    probe.stop();
    log.info({}, 'limits are counted over all replicas');
    closing.emit();
  }

  return {
    isClosed: () => state === 'closed',
    problem: refusal.reason,
    ask<T extends object | number>(command: () => Promise<T>): Promise<T | null> {
      if (state !== 'closed') return Promise.resolve(null);
      return callers.wait(command(), open);
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
      callers.giveUp();
    },
  };
}

/** What Redis refused last. */
function createLastRefusal(clock: Clock) {
  let last: { readonly reason: string; readonly at: number } | null = null;
  return {
    note(error: Error): void {
      if (isRefusal(error)) last = { reason: reasonOf(error), at: clock.now() };
    },
    reason: (): string | null => last?.reason ?? null,
    isFresh: (): boolean => last !== null && Math.abs(clock.now() - last.at) < REFUSED_MS,
    forget(): void {
      last = null;
    },
  };
}

/** Callers that wait for an answer of Redis, until all are sent on without one. */
function createCallers() {
  const waiting = new Set<() => void>();
  return {
    wait: <T>(answer: Promise<T>, onFailure: (error: Error) => void): Promise<T | null> =>
      new Promise((resolve) => {
        const withoutRedis = (): void => settle(null);
        const settle = (value: T | null): void => {
          waiting.delete(withoutRedis);
          resolve(value);
        };
        waiting.add(withoutRedis);
        answer.then(settle, (error: Error) => {
          onFailure(error);
          settle(null);
        });
      }),
    giveUp(): void {
      for (const settle of [...waiting]) settle();
    },
  };
}
