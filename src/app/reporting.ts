import type { Bus } from '../domain/bus/bus.ts';
import { createHistory } from '../domain/monitor/history.ts';
import { createIncidents } from '../domain/monitor/incidents.ts';
import { createReplicas, type Replicas } from '../domain/monitor/replicas.ts';
import type { Ledger } from '../domain/trading/ledger.ts';
import { createPulse } from '../lib/pulse.ts';
import type { Cluster } from './cluster.ts';
import { createHealth } from './health.ts';
import { createMonitor } from './monitor.ts';
import { createTelemetry, type Telemetry, type TelemetryParts } from './telemetry.ts';

export interface ReportingParts
  extends Omit<TelemetryParts, 'replicas' | 'link' | 'uniqueUsers' | 'database' | 'isHalted'> {
  readonly bus: Bus;
  readonly cluster: Cluster;
  readonly ledger: Pick<Ledger, 'isHalted'>;
}

export interface Reporting {
  readonly replicas: Replicas;
  readonly health: ReturnType<typeof createHealth>;
  readonly monitor: ReturnType<typeof createMonitor>;
  readonly metricsText: Telemetry['metricsText'];
  /** Resolves when the database has been asked once. */
  start(): Promise<void>;
  stop(): void;
}

/** Everything that tells how this replica and the others are: heartbeats, health, metrics and the monitor. */
export function createReporting({ bus, cluster, ledger, ...parts }: ReportingParts): Reporting {
  const { link, uniqueUsers } = cluster;
  const { replica, clock } = parts;
  let halted = false;
  const isHalted = (): boolean => halted;
  // One question for both: whether the database answers, and what only it knows, whoever halted trading.
  const ping = async (): Promise<void> => {
    halted = await ledger.isHalted();
  };
  const pulse = createPulse({ ping, clock });
  const replicas = createReplicas({ bus, link, clock, status: () => telemetry.status() });
  const telemetry = createTelemetry({ ...parts, replicas, link, uniqueUsers, database: pulse, isHalted });
  const incidents = createIncidents({ replicas, clock });
  const history = createHistory({ replica, replicas, incidents, link, store: cluster.history, clock });
  const overview = {
    ...parts,
    replicas,
    uniqueUsers,
    feedSource: parts.market.health().source,
    redis: link.state,
    database: pulse.state,
    isHalted,
  };

  return {
    replicas,
    health: createHealth(overview),
    monitor: createMonitor({ ...overview, history, incidents }),
    metricsText: telemetry.metricsText,
    async start() {
      await pulse.start();
      incidents.start();
      history.start();
      replicas.start();
    },
    stop() {
      replicas.stop();
      history.stop();
      incidents.stop();
      pulse.stop();
    },
  };
}
