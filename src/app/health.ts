import type { EngineLease } from '../domain/engine/lease.ts';
import { type OverviewParts, overviewOf } from '../domain/monitor/overview.ts';
import { engineOf, type Replicas } from '../domain/monitor/replicas.ts';
import type { Executor } from '../domain/trading/execution/executor.ts';
import type { Health } from '../http/parts.ts';
import type { ReadinessPayload, WebSocketHealthPayload } from '../protocol/health-payloads.ts';
import type { Core } from './core.ts';

/** A hand-over takes seconds; after this long without any engine a replica is not ready for new clients. */
const ENGINE_GAP_MS = 10_000;

export interface HealthParts extends OverviewParts {
  readonly replicas: Pick<Replicas, 'all' | 'onHeartbeat'>;
  readonly lease: Pick<EngineLease, 'engine'>;
  readonly executor: Pick<Executor, 'state'>;
}

/** What /ready and /health/websocket answer, in the words that an operator looks up: from memory, at once. */
export function createHealth(core: Core, parts: HealthParts): Health {
  const { replica, clock } = core;
  const { lease, executor } = parts;
  let tradingAt = Number.NEGATIVE_INFINITY;

  parts.replicas.onHeartbeat((heartbeat) => {
    if (heartbeat.executor === 'trading') tradingAt = clock.now();
  });

  /** A standby serves as well as the engine, which executes its orders. */
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
        draining: core.isDraining() ? 'yes' : 'no',
      };
      const ready = database === 'ok' && engine.serves && !core.isDraining();
      return { status: ready ? 'ready' : 'not ready', checks };
    },

    websocket(): WebSocketHealthPayload {
      const { replicas, ...rest } = overviewOf(parts);
      return {
        ...rest,
        uptime: Math.round((clock.now() - core.startedAt) / 1_000),
        replicas: replicas.map(({ rates: _rates, queueBytes: _queue, drops, ...health }) => {
          const { failed: _failed, ...shown } = drops;
          return { ...health, drops: shown };
        }),
      };
    },
  };
}
