import type { History } from '../domain/monitor/history.ts';
import type { Incidents } from '../domain/monitor/incidents.ts';
import { type OverviewParts, overviewOf } from '../domain/monitor/overview.ts';
import type { SeenReplica } from '../domain/monitor/replica-log.ts';
import { engineOf } from '../domain/monitor/replicas.ts';
import type { MonitorPayload, RatesPayload } from '../protocol/health-payloads.ts';
import type { Core } from './core.ts';

export interface MonitorParts extends OverviewParts {
  readonly history: Pick<History, 'connections'>;
  readonly incidents: Pick<Incidents, 'all'>;
}

/** What GET /api/monitor answers: from memory, at once. */
export type Monitor = () => MonitorPayload;

export function createMonitor({ clock }: Core, parts: MonitorParts): Monitor {
  const { history, incidents } = parts;
  return () => {
    const { activeConnections, ...overview } = overviewOf(parts);
    const seen = parts.replicas.all();
    return {
      ...overview,
      timestamp: new Date(clock.now()).toISOString(),
      connections: activeConnections,
      lease: leaseOf(seen),
      rates: sumOf(seen),
      lanes: lanesOf(seen),
      history: history.connections(),
      incidents: [...incidents.all()],
    };
  };
}

function leaseOf(seen: readonly SeenReplica[]): MonitorPayload['lease'] {
  const engine = engineOf(seen)?.status;
  if (!engine || engine.lease === null) return null;
  const since = engine.leaseSince === null ? null : new Date(engine.leaseSince).toISOString();
  return { holder: engine.replica, number: engine.lease, since };
}

function sumOf(seen: readonly SeenReplica[]): RatesPayload | null {
  const known = seen.flatMap(({ rates }) => rates ?? []);
  if (known.length === 0) return null;
  const sum = (name: keyof RatesPayload): number => known.reduce((total, rates) => total + rates[name], 0);
  return {
    in: sum('in'),
    out: sum('out'),
    quotes: sum('quotes'),
    orders: sum('orders'),
    hooks: sum('hooks'),
  };
}

function lanesOf(seen: readonly SeenReplica[]): MonitorPayload['lanes'] {
  const sum = (read: (one: SeenReplica['status']) => number): number =>
    seen.reduce((total, { status }) => total + read(status), 0);
  return {
    state: {
      quotes: sum(({ totals }) => totals.quotes),
      conflated: sum(({ totals }) => totals.conflated),
      slowConsumers: sum(({ totals }) => totals.slowConsumers),
      queueBytes: sum(({ queueBytes }) => queueBytes),
    },
    event: {
      events: sum(({ totals }) => totals.events),
      journalGaps: sum(({ recoveries }) => recoveries.journalGaps),
      heads: sum(({ totals }) => totals.heads),
    },
  };
}
