import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { clockProblem } from './overview.ts';
import type { Replicas } from './replicas.ts';

const LOOK_MS = 10_000;
/** A clock that stays wrong is logged again after this. */
const AGAIN_MS = 600_000;

export interface ClockWatchParts {
  readonly replicas: Pick<Replicas, 'all'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

/** Logs which replica's clock is wrong: what it sends seems too old to the others, or from the future. */
export function watchClocks({ replicas, clock, log }: ClockWatchParts): Cancel {
  const loggedAt = new Map<string, number>();

  return clock.every(LOOK_MS, () => {
    const now = clock.now();
    for (const [replica, at] of loggedAt) if (Math.abs(now - at) >= AGAIN_MS) loggedAt.delete(replica);
    for (const seen of replicas.all()) {
      const { replica } = seen.status;
      const [problem] = clockProblem(seen);
      if (problem === undefined || loggedAt.has(replica)) continue;
      loggedAt.set(replica, now);
      log.warn({ replica, clockOffsetMs: seen.clockOffsetMs }, problem);
    }
  });
}
