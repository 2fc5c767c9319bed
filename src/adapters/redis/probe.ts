import type { Redis } from 'ioredis';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { isRefusal } from './refusals.ts';

/** While Redis is away, it is asked this often whether it is back. */
export const PROBE_MS = 250;
/**
 * A connection that answered none of this many probes is made anew, although it calls itself ready: TCP would wait
 * minutes for the other end of a line that was cut.
 */
export const MAX_MISSES = 8;

/** Asks a Redis that was lost whether it answers again. */
export interface Probe {
  /** Asks from now on, until it is stopped. */
  start(): void;
  /** Asks now, besides. */
  ask(): void;
  stop(): void;
}

export interface ProbeParts {
  readonly redis: Redis;
  readonly clock: Clock;
  /** False where Redis is known to be out of reach. */
  readonly isWorthIt: () => boolean;
  /** What is asked. */
  readonly trial: () => Promise<unknown>;
  readonly onAnswer: () => void;
  readonly onFailure: (error: Error) => void;
}

export function createProbe({ redis, clock, trial, isWorthIt, onAnswer, onFailure }: ProbeParts): Probe {
  let cancel: Cancel | null = null;
  let isUnderWay = false;
  let misses = 0;

  function ask(): void {
    if (cancel === null || !isWorthIt()) return;
    misses += 1;
    if (misses > MAX_MISSES && (redis.status === 'ready' || redis.status === 'connect')) {
      misses = 0;
      redis.disconnect(true);
    } else if (!isUnderWay && redis.status === 'ready') {
      isUnderWay = true;
      trial()
        .then(onAnswer, (error: Error) => {
          // A refusal is an answer: the connection lives.
          if (isRefusal(error)) misses = 0;
          onFailure(error);
        })
        .finally(() => {
          isUnderWay = false;
        });
    }
  }

  return {
    start() {
      cancel ??= clock.every(PROBE_MS, ask);
    },
    ask,
    stop() {
      cancel?.();
      cancel = null;
      misses = 0;
    },
  };
}
