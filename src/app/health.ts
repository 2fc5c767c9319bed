import type { EngineLease } from '../domain/engine/lease.ts';
import { type OverviewParts, overviewOf } from '../domain/monitor/overview.ts';
import { engineOf, type Replicas } from '../domain/monitor/replicas.ts';
import type { Executor } from '../domain/trading/execution/executor.ts';
import type { Clock } from '../lib/clock.ts';
import type { ReadinessPayload, WebSocketHealthPayload } from '../protocol/health-payloads.ts';

/** A hand-over takes seconds; a replica without any engine for longer than this is sent no new clients, milliseconds. */
const ENGINE_GAP_MS = 10_000;

export interface HealthParts extends OverviewParts {
  readonly replicas: Pick<Replicas, 'all' | 'onHeartbeat'>;
  readonly lease: Pick<EngineLease, 'engine'>;
  readonly executor: Pick<Executor, 'state'>;
  readonly isDraining: () => boolean;
  readonly clock: Clock;
  readonly startedAt: number;
}

/** What /ready and /health/websocket answer, in the words an operator looks up. Nothing here asks anybody or waits. */
export function createHealth(parts: HealthParts) {
  const { replica, lease, executor, clock } = parts;
  let tradingAt = Number.NEGATIVE_INFINITY;

  parts.replicas.onHeartbeat((heard) => {
    if (heard.executor === 'trading') tradingAt = clock.now();
  });

  /** A replica that stands by serves as well as the engine: somebody executes its orders. */
  function engineState(): { says: string; serves: boolean } {
    const state = executor.state();
    if (state === 'trading') return { says: 'ok', serves: true };
    const engine = engineOf(parts.replicas.all())?.status.replica ?? lease.engine();
    if (engine !== null && engine !== replica) return { says: `standby for ${engine}`, serves: true };
    return { says: `executor is ${state}`, serves: clock.now() - tradingAt < ENGINE_GAP_MS };
  }

  return {
    readiness(): ReadinessPayload {
      const { feed, redis, database } = overviewOf(parts);
      const engine = engineState();
      const checks = {
        database,
        // Without Redis orders and logins go on; without the feed quotes are stale, which every screen shows.
        redis,
        feed: feed.detail ? `${feed.state}: ${feed.detail}` : feed.state,
        lease: engine.says,
        draining: parts.isDraining() ? 'yes' : 'no',
      };
      const ready = database === 'ok' && engine.serves && !parts.isDraining();
      return { status: ready ? 'ready' : 'not ready', checks };
    },

    websocket(): WebSocketHealthPayload {
      const { replicas, ...rest } = overviewOf(parts);
      return {
        ...rest,
        uptime: Math.round((clock.now() - parts.startedAt) / 1_000),
        replicas: replicas.map(({ rates: _rates, queueBytes: _queue, ...health }) => health),
      };
    },
  };
}
