import type { Database } from '../adapters/sql/database.ts';
import { watchClocks } from '../domain/monitor/clock-watch.ts';
import { createHistory } from '../domain/monitor/history.ts';
import { createIncidents } from '../domain/monitor/incidents.ts';
import { createReplicas, type Replicas } from '../domain/monitor/replicas.ts';
import { scopeToPayload } from '../domain/off-exchange/payloads.ts';
import type { TotalsBoard } from '../domain/off-exchange/totals-board.ts';
import { createSignalCensus, type SignalCensus } from '../domain/signals/census.ts';
import type { SignalReader } from '../domain/signals/topics.ts';
import type { Ledger } from '../domain/trading/ledger.ts';
import type { Health } from '../http/parts.ts';
import type { Cancel } from '../lib/clock.ts';
import { createPulse } from '../lib/pulse.ts';
import type { DarkpoolScope } from '../protocol/darkpool.ts';
import type { Cluster } from './cluster.ts';
import type { Core } from './core.ts';
import { createHealth } from './health.ts';
import { createMonitor, type Monitor } from './monitor.ts';
import type { Capability } from './part.ts';
import { registerReadings, statusOf, type TelemetryParts } from './telemetry.ts';

/** How this replica and the others are: heartbeats, health, metrics and the monitor. */
export interface Reporting {
  readonly replicas: Replicas;
  /** Whether another replica serves the clients that are sent away. */
  othersServe(): boolean;
  readonly health: Health;
  readonly monitor: Monitor;
  readonly signalCensus: Pick<SignalCensus, 'count'>;
  /** What Prometheus reads. */
  metricsText(): Promise<string>;
}

export interface ReportingParts
  extends Omit<
    TelemetryParts,
    'replicas' | 'link' | 'redis' | 'refusals' | 'uniqueUsers' | 'database' | 'isHalted'
  > {
  /** Built after this. */
  readonly realtime: () => ReturnType<TelemetryParts['realtime']> & {
    signalReaders(): readonly SignalReader[];
  };
  readonly cluster: Cluster;
  readonly disk: Pick<Database, 'isFull'>;
  readonly ledger: Pick<Ledger, 'isHalted'>;
  readonly feedSource: string;
  readonly totals: Pick<TotalsBoard, 'scope'>;
}

/** Follows "The database". */
const DISK_FULL = 'has no space left on its disk';

export function createReporting(
  core: Core,
  { cluster, ledger, disk, ...parts }: ReportingParts,
): Capability<Reporting> {
  const { replica, clock, metrics } = core;
  const { bus, link, redis, redisProblem, refusals, uniqueUsers } = cluster;
  let halted = false;
  let stopCensus: Cancel = () => {};
  let stopClockWatch: Cancel = () => {};
  const isHalted = (): boolean => halted;
  // One question for both: whether the database answers, and whether trading is halted for everyone.
  const ping = async (): Promise<void> => {
    halted = await ledger.isHalted();
  };
  const pulse = createPulse({ ping, clock });
  const replicas = createReplicas({ bus, link, clock, status: () => status() });
  const signalCensus = createSignalCensus({
    bus,
    link,
    // One that is silent may live, where Redis is away; then no count is exact.
    replicas: () =>
      replicas.all().flatMap(({ status, state }) => (state === 'silent' ? [] : [status.replica])),
    readers: () => parts.realtime().signalReaders(),
    replica,
    clock,
  });
  // Reading needs no space: the database answers, and stores nothing.
  const database = { state: () => (disk.isFull() ? DISK_FULL : pulse.state()) };
  const telemetry = { ...parts, replicas, link, redis, refusals, uniqueUsers, database, isHalted };
  const status = statusOf(core, telemetry);
  registerReadings(core, telemetry);
  const incidents = createIncidents({ replicas, clock });
  const history = createHistory({ replica, replicas, incidents, link, store: cluster.history, clock });
  const offExchange = (): DarkpoolScope | null => scopeToPayload(parts.totals.scope());
  const overview = {
    ...telemetry,
    replica,
    redisProblem,
    refused: refusals.goingOn,
    offExchange,
    database: database.state,
  };

  return {
    name: 'reporting',
    faces: {
      replicas,
      othersServe: () => replicas.all().some((one) => one.state === 'ok' && one.status.replica !== replica),
      health: createHealth(core, overview),
      monitor: createMonitor(core, { ...overview, history, incidents }),
      signalCensus,
      metricsText: metrics.registry.text,
    },
    async start() {
      metrics.registry.watchProcess();
      await pulse.start();
      incidents.start();
      history.start();
      replicas.start();
      stopCensus = signalCensus.start();
      stopClockWatch = watchClocks({ replicas, clock, log: core.log('reporting') });
    },
    stop() {
      stopCensus();
      stopClockWatch();
      replicas.stop();
      history.stop();
      incidents.stop();
      pulse.stop();
    },
  };
}
