import type { IncidentKind } from '../../protocol/health-payloads.ts';
import type { ReplicaStatus } from './replica-status.ts';

/** What one heartbeat shows that the one before did not. */
export interface Change {
  readonly kind: IncidentKind;
  /** For what can repeat: how often. */
  readonly count?: number;
  readonly detail?: string;
}

/** Two replicas note the same event at most this far apart. */
export const SAME_MS = 5_000;

/** A replica received for the first time has not joined just now, unless its heartbeat shows it. */
export function changesOfNew(now: ReplicaStatus): Change[] {
  return [
    ...(isNew(now) ? [{ kind: 'replica-joined', detail: `version ${now.version}` } as const] : []),
    ...(now.leaseSince !== null && now.at - now.leaseSince < SAME_MS ? [leaseTaken(now)] : []),
  ];
}

export function changesBetween(now: ReplicaStatus, before: ReplicaStatus): Change[] {
  return [...stateChanges(now, before), ...countedChanges(now, before)];
}

const isNew = ({ at, startedAt }: ReplicaStatus): boolean => at - startedAt < SAME_MS;

const leaseTaken = (now: ReplicaStatus): Change => ({ kind: 'lease-taken', detail: `number ${now.lease}` });

function stateChanges(now: ReplicaStatus, before: ReplicaStatus): Change[] {
  const changes: Change[] = [];
  if (now.draining && !before.draining) changes.push({ kind: 'replica-draining' });
  if (now.lease !== null && now.lease !== before.lease) changes.push(leaseTaken(now));
  if (now.redis === 'down' && before.redis === 'ok') changes.push({ kind: 'redis-lost' });
  if (now.redis === 'ok' && before.redis === 'down') changes.push({ kind: 'redis-back' });
  if (now.database !== 'ok' && before.database === 'ok')
    changes.push({ kind: 'database-lost', detail: now.database });
  if (now.database === 'ok' && before.database !== 'ok') changes.push({ kind: 'database-back' });
  return changes;
}

function countedChanges(now: ReplicaStatus, before: ReplicaStatus): Change[] {
  const dropped = (['late', 'malformed', 'version', 'refused'] as const)
    .map((reason) => ({ reason, count: now.drops[reason] - before.drops[reason] }))
    .filter(({ count }) => count > 0);
  const rises: readonly Required<Omit<Change, 'detail'>>[] = [
    // A replica that has just started publishes before its line is open.
    { kind: 'messages-failed', count: isNew(now) ? 0 : now.drops.failed - before.drops.failed },
    { kind: 'quotes-dropped', count: now.drops.quotes - before.drops.quotes },
    { kind: 'resubscribed', count: now.recoveries.resubscribed - before.recoveries.resubscribed },
    { kind: 'stalled', count: now.recoveries.stalls - before.recoveries.stalls },
    { kind: 'journal-gaps', count: now.recoveries.journalGaps - before.recoveries.journalGaps },
    { kind: 'slow-consumers', count: now.totals.slowConsumers - before.totals.slowConsumers },
  ];
  return [
    ...(dropped.length === 0
      ? []
      : [
          {
            kind: 'messages-dropped' as const,
            count: dropped.reduce((sum, { count }) => sum + count, 0),
            detail: dropped.map(({ reason }) => reason).join(', '),
          },
        ]),
    ...rises.filter(({ count }) => count > 0),
  ];
}
