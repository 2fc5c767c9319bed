import type { BusLink } from '../domain/bus/bus.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import type { Market } from '../domain/market/market.ts';
import type { QuoteBoard } from '../domain/market/quote-board.ts';
import type { ReplicaStatus } from '../domain/monitor/replica-status.ts';
import type { Replicas } from '../domain/monitor/replicas.ts';
import type { Executor } from '../domain/trading/executor.ts';
import type { Clock } from '../lib/clock.ts';
import type { Pulse } from '../lib/pulse.ts';
import type { Metrics } from '../metrics.ts';
import type { Realtime } from '../realtime/server.ts';

export interface TelemetryParts {
  readonly replica: string;
  readonly version: string;
  readonly startedAt: number;
  readonly metrics: Metrics;
  readonly market: Pick<Market, 'health' | 'counters'>;
  readonly lease: Pick<EngineLease, 'current' | 'holder' | 'onChange'>;
  readonly executor: Pick<Executor, 'state'>;
  readonly board: Pick<QuoteBoard, 'drops'>;
  readonly realtime: () => Realtime;
  readonly replicas: Pick<Replicas, 'all'>;
  readonly link: BusLink;
  /** Users with a connection anywhere; null where only each replica's own are known. */
  readonly uniqueUsers: () => number | null;
  readonly database: Pulse;
  /** For everyone, as of the last second the database answered. */
  readonly isHalted: () => boolean;
  readonly isDraining: () => boolean;
  readonly clock: Clock;
}

export interface Telemetry {
  /** What the heartbeat says of this replica. */
  status(): ReplicaStatus;
  /** What Prometheus reads. */
  metricsText(): Promise<string>;
}

/** Gathers what the parts of this replica know of themselves. */
export function createTelemetry(parts: TelemetryParts): Telemetry {
  const { replica, version, startedAt, metrics, market, lease, board, link, clock } = parts;
  metrics.buildInfo.set({ version }, 1);
  let leaseSince: number | null = null;
  lease.onChange((number) => {
    leaseSince = number === null ? null : clock.now();
  });

  return {
    status() {
      const realtime = parts.realtime();
      const held = lease.current();
      const { failed, malformed, late, version: newer, resubscribed } = link.counters;
      return {
        replica,
        version,
        startedAt,
        at: clock.now(),
        draining: parts.isDraining(),
        connections: realtime.connections(),
        users: realtime.users(),
        lease: held,
        leaseSince: held === null ? null : leaseSince,
        executor: parts.executor.state(),
        feed: held === null ? null : { ...market.health(), leader: replica },
        redis: link.state(),
        database: parts.database.state(),
        busLagMs: link.lagMs(),
        drops: { late, malformed, version: newer, failed, quotes: board.drops.lease + board.drops.late },
        recoveries: { ...metrics.recoveries(), resubscribed },
        totals: metrics.totals(),
        latency: realtime.latency.percentiles(),
        queueBytes: metrics.queuedBytes(),
      };
    },

    metricsText() {
      const realtime = parts.realtime();
      const seen = parts.replicas.all();
      const isEngine = lease.current() !== null;
      return metrics.text({
        connections: realtime.connections(),
        users: realtime.users(),
        uniqueUsers: parts.uniqueUsers() ?? (link.state() === 'off' ? realtime.users() : null),
        ...market.counters,
        // An engine of the past knows how old its last tick is, which is no fault of anybody's.
        lastTickAgeMs: isEngine ? market.health().lastTickAgeMs : null,
        feedState: isEngine ? market.health().state : null,
        quoteDrops: board.drops,
        isEngine,
        replicas: seen.map(({ state }) => state),
        oldestHeartbeatMs: Math.max(0, ...seen.map(({ ageMs }) => ageMs)),
        clockOffsetMs: Math.max(0, ...seen.map(({ clockOffsetMs }) => Math.abs(clockOffsetMs ?? 0))),
        redis: link.state(),
        busLagMs: link.lagMs(),
        busCounters: link.counters,
        isHalted: parts.isHalted(),
        databaseAnswers: parts.database.state() === 'ok',
      });
    },
  };
}
