import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { MonitorPayload } from '../../../../src/protocol/health-payloads.ts';
import { Badge } from '../../components/badge.tsx';
import { ForAdministrators } from '../../components/for-administrators.tsx';
import { WarningIcon } from '../../components/icons.tsx';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { age } from '../../lib/format.ts';
import { rowKeys } from '../../lib/row-keys.ts';
import { createMonitorStore, MONITOR_INTERVAL_MS, type MonitorState } from '../../stores/monitor.ts';
import { ConnectionsChart } from './connections-chart.tsx';
import { IncidentList } from './incident-list.tsx';
import { Lanes } from './lanes.tsx';
import { ReplicasTable } from './replicas-table.tsx';
import { Summary } from './summary.tsx';
import { healthLook, shortName } from './words.ts';

/** Two missing answers in a row are no accident. */
const STALE_MS = 3 * MONITOR_INTERVAL_MS;

/** Runs while the window is visible. */
function useWhileVisible(watch: () => () => void): void {
  useEffect(() => {
    let end = () => {};
    const follow = () => {
      end();
      end = document.visibilityState === 'visible' ? watch() : () => {};
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      end();
    };
  }, [watch]);
}

/** The age of the values, and the replica that sent them. Not announced: it changes every second. */
function Freshness({ state, now }: { state: MonitorState; now: number }) {
  const { payload, receivedAt, problem } = state;
  if (!payload) return null;
  const old = now - receivedAt;
  const stale = problem !== null || old > STALE_MS;
  const [shown, replica] = [age(Math.max(0, old)), shortName(payload.replica)];
  return (
    <span className={`text-xs ${stale ? 'text-warn' : 'text-muted'}`}>
      {stale ? `Values are ${shown} old, from ${replica}` : `Updated ${shown} ago by ${replica}`}
    </span>
  );
}

/** How the service is. Without a present answer it is not known. */
function HealthBadge({ status, stale }: { status: MonitorPayload['status']; stale: boolean }) {
  const { tone, word } = healthLook(status);
  return stale ? <Badge>Last seen: {word}</Badge> : <Badge tone={tone}>{word}</Badge>;
}

function Problems({ monitor, problem }: { monitor: MonitorPayload | null; problem: string | null }) {
  const lines = [...(problem === null ? [] : [problem]), ...(monitor?.problems ?? [])];
  return (
    <div role="status" className="contents">
      {lines.length === 0 ? null : (
        <ul className="flex flex-col gap-1 rounded-lg border border-warn bg-warn-soft px-4 py-2.5">
          {rowKeys(lines, (line) => line).map(([key, line]) => (
            <li key={key} className="flex gap-2">
              <WarningIcon className="mt-0.5 size-4 text-warn" />
              {line}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Parts({ monitor, now }: { monitor: MonitorPayload; now: number }) {
  return (
    <>
      <Panel id="monitor-overview" title="Overview">
        <Summary monitor={monitor} now={now} />
      </Panel>
      <Panel id="monitor-replicas" title="Replicas">
        <ReplicasTable replicas={monitor.replicas} answeredBy={monitor.replica} />
      </Panel>
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-3">
          <Panel id="monitor-connections" title="Connections over the last hour">
            <ConnectionsChart history={monitor.history} />
          </Panel>
          <Panel id="monitor-lanes" title="Lanes">
            <Lanes lanes={monitor.lanes} />
          </Panel>
        </div>
        <Panel id="monitor-incidents" title="Recent events">
          <IncidentList incidents={monitor.incidents} now={now} />
        </Panel>
      </div>
    </>
  );
}

/** What all replicas report, renewed every two seconds. */
export function LiveMonitor() {
  const { api, timers } = useDesk();
  const [store] = useState(() => createMonitorStore({ api, timers }));
  const state = useStore(store);
  const now = useNow(1_000);
  useWhileVisible(store.watch);
  const { payload, problem, forbidden } = state;
  const stale = problem !== null || now - state.receivedAt > STALE_MS;

  if (forbidden) return <ForAdministrators />;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-1">
        {payload ? <HealthBadge status={payload.status} stale={stale} /> : null}
        <Freshness state={state} now={now} />
      </div>
      <Problems monitor={payload} problem={problem} />
      {payload ? (
        <div className={`flex flex-col gap-3 ${stale ? 'not-live' : ''}`}>
          <Parts monitor={payload} now={now} />
        </div>
      ) : problem === null ? (
        <Panel id="monitor-overview" title="Overview">
          <SkeletonRows rows={6} label="Loading the monitor…" />
        </Panel>
      ) : (
        <Message
          tone="problem"
          title="No data yet"
          action={{ label: 'Try now', run: () => void store.ask() }}
        >
          The page asks again every two seconds.
        </Message>
      )}
    </>
  );
}
