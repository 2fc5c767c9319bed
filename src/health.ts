import type { EngineLease } from './domain/cluster/lease.ts';
import type { Market } from './domain/market/market.ts';
import type { Executor } from './domain/trading/executor.ts';
import type { Clock } from './lib/clock.ts';
import type { FeedHealth, ReadinessPayload, WebSocketHealthPayload } from './protocol/payloads.ts';
import type { Realtime } from './realtime/server.ts';

/** A database that takes longer to answer `SELECT 1` is told as unavailable, milliseconds. */
const PING_TIMEOUT_MS = 1_000;

export interface HealthParts {
  readonly replica: string;
  readonly ping: () => Promise<unknown>;
  readonly market: Market;
  readonly lease: EngineLease;
  readonly executor: Executor;
  readonly realtime: () => Realtime;
  readonly isDraining: () => boolean;
  readonly clock: Clock;
  readonly startedAt: number;
}

/** What /ready and /health/websocket answer: states as they are, in the words an operator looks up. */
export function createHealth(parts: HealthParts) {
  const { replica, market, lease, executor, clock } = parts;

  async function database(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const cancel = clock.after(PING_TIMEOUT_MS, () => resolve('does not answer'));
    parts.ping().then(
      () => resolve('ok'),
      () => resolve('cannot be reached'),
    );
    return promise.finally(cancel);
  }

  /** A replica that stands by serves as well as the engine: somebody executes its orders. */
  function engineState(): string {
    const state = executor.state();
    if (state === 'trading') return 'ok';
    const holder = lease.holder();
    return holder === null || holder === replica ? `executor is ${state}` : `standby for ${holder}`;
  }
  const isServing = (engine: string): boolean => engine === 'ok' || engine.startsWith('standby');

  const feed = (): FeedHealth => ({ ...market.health(), leader: lease.holder() });

  return {
    async readiness(): Promise<ReadinessPayload> {
      const { state, detail } = market.health();
      const engine = engineState();
      const checks = {
        database: await database(),
        redis: 'off',
        // A feed that is down makes quotes stale, which every screen shows; it is no reason to send nobody here.
        feed: detail ? `${state}: ${detail}` : state,
        lease: engine,
        draining: parts.isDraining() ? 'yes' : 'no',
      };
      const ready = checks.database === 'ok' && isServing(engine) && !parts.isDraining();
      return { status: ready ? 'ready' : 'not ready', checks };
    },

    async websocket(): Promise<WebSocketHealthPayload> {
      const realtime = parts.realtime();
      const [databaseState, feedHealth] = [await database(), feed()];
      const feedFlows = ['live', 'delayed'].includes(feedHealth.state);
      const healthy = databaseState === 'ok' && feedFlows && isServing(engineState()) && !parts.isDraining();
      return {
        status: healthy ? 'healthy' : 'degraded',
        activeConnections: realtime.connections(),
        uniqueUsers: realtime.users(),
        uptime: Math.round((clock.now() - parts.startedAt) / 1_000),
        replica,
        replicas: [replica],
        feed: feedHealth,
        redis: 'off',
        database: databaseState,
        latency: realtime.latency.percentiles() ?? { p50: 0, p95: 0, p99: 0 },
      };
    },
  };
}
