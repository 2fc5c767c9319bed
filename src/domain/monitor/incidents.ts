import type { Clock } from '../../lib/clock.ts';
import type { IncidentKind, IncidentPayload } from '../../protocol/health-payloads.ts';
import type { ReplicaStatus } from './replica-status.ts';
import type { Replicas, SeenReplica } from './replicas.ts';

/**
 * What happened lately, read off the heartbeats: each replica hears all of them, so each keeps the same list
 * without asking, and whichever is asked can tell.
 */
export interface Incidents {
  /** Newest first. */
  all(): readonly IncidentPayload[];
  /** Takes in what another replica remembers and this one did not see. */
  merge(remembered: readonly IncidentPayload[]): void;
  start(): void;
  stop(): void;
}

export const MAX_INCIDENTS = 50;
/** The same again within this counts up instead of pushing others out, milliseconds. */
const REPEAT_MS = 60_000;
/** Two replicas note the same thing at most this far apart, milliseconds. */
const SAME_MS = 5_000;
const LOOK_MS = 1_000;

interface Told {
  readonly kind: IncidentKind;
  readonly count?: number;
  readonly detail?: string;
}

export function createIncidents({
  replicas,
  clock,
}: {
  readonly replicas: Pick<Replicas, 'all' | 'onHeartbeat'>;
  readonly clock: Clock;
}): Incidents {
  let incidents: IncidentPayload[] = [];
  let present = new Map<string, SeenReplica>();
  let feed: string | null = null;
  let stops: (() => void)[] = [];

  function note(replica: string, time: number, { kind, count, detail }: Told): void {
    const at = new Date(time).toISOString();
    const index = incidents.findIndex((one) => one.kind === kind && one.replica === replica);
    const last = incidents[index];
    const repeated = count !== undefined && last && time - Date.parse(last.lastAt) < REPEAT_MS;
    if (repeated) incidents.splice(index, 1);
    const incident = repeated
      ? { ...last, lastAt: at, count: last.count + count }
      : { kind, replica, at, lastAt: at, count: count ?? 1 };
    incidents = [{ ...incident, ...(detail !== undefined && { detail }) }, ...incidents].slice(
      0,
      MAX_INCIDENTS,
    );
  }

  function hear(now: ReplicaStatus, before: ReplicaStatus | null): void {
    const tell = (told: Told): void => note(now.replica, now.at, told);
    for (const told of before ? changes(now, before) : firstWords(now)) tell(told);
    const state = now.feed && (now.feed.detail ? `${now.feed.state}: ${now.feed.detail}` : now.feed.state);
    if (state !== null && state !== feed) {
      if (feed !== null) tell({ kind: 'feed-changed', detail: state });
      feed = state;
    }
  }

  /** Who falls silent says nothing: that is seen by looking. */
  function look(): void {
    const now = clock.now();
    const seen = new Map(replicas.all().map((one) => [one.status.replica, one]));
    for (const [name, { state }] of seen) {
      const before = present.get(name)?.state;
      if (state === 'silent' && before !== undefined && before !== 'silent')
        note(name, now, { kind: 'replica-silent' });
      if (state !== 'silent' && before === 'silent') note(name, now, { kind: 'replica-back' });
    }
    for (const name of present.keys()) if (!seen.has(name)) note(name, now, { kind: 'replica-left' });
    present = seen;
  }

  return {
    all: () => incidents,
    merge(remembered) {
      const missed = remembered.filter(
        ({ kind, replica, at }) =>
          !incidents.some(
            (own) =>
              own.kind === kind &&
              own.replica === replica &&
              Date.parse(at) - Date.parse(own.lastAt) < SAME_MS &&
              Date.parse(own.at) - Date.parse(at) < SAME_MS,
          ),
      );
      incidents = [...incidents, ...missed]
        .sort((a, b) => Date.parse(b.lastAt) - Date.parse(a.lastAt))
        .slice(0, MAX_INCIDENTS);
    },
    start() {
      stops = [replicas.onHeartbeat(hear), clock.every(LOOK_MS, look)];
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}

/** One that is heard for the first time has not joined just now, unless it says so. */
function firstWords(now: ReplicaStatus): Told[] {
  return [
    ...(isNew(now) ? [{ kind: 'replica-joined', detail: `version ${now.version}` } as const] : []),
    ...(now.leaseSince !== null && now.at - now.leaseSince < SAME_MS ? [leaseTaken(now)] : []),
  ];
}

const isNew = ({ at, startedAt }: ReplicaStatus): boolean => at - startedAt < SAME_MS;

const leaseTaken = (now: ReplicaStatus): Told => ({ kind: 'lease-taken', detail: `number ${now.lease}` });

function changes(now: ReplicaStatus, before: ReplicaStatus): Told[] {
  const told: Told[] = [];
  if (now.draining && !before.draining) told.push({ kind: 'replica-draining' });
  if (now.lease !== null && now.lease !== before.lease) told.push(leaseTaken(now));
  if (now.redis === 'down' && before.redis === 'ok') told.push({ kind: 'redis-lost' });
  if (now.redis === 'ok' && before.redis === 'down') told.push({ kind: 'redis-back' });
  if (now.database !== 'ok' && before.database === 'ok')
    told.push({ kind: 'database-lost', detail: now.database });
  if (now.database === 'ok' && before.database !== 'ok') told.push({ kind: 'database-back' });

  const dropped = (['late', 'malformed', 'version'] as const)
    .map((reason) => ({ reason, count: now.drops[reason] - before.drops[reason] }))
    .filter(({ count }) => count > 0);
  const rises: readonly [IncidentKind, number, string?][] = [
    [
      'messages-dropped',
      dropped.reduce((sum, { count }) => sum + count, 0),
      dropped.map(({ reason }) => reason).join(', '),
    ],
    // A replica that has just started speaks before its line is open.
    ['messages-failed', isNew(now) ? 0 : now.drops.failed - before.drops.failed],
    ['quotes-dropped', now.drops.quotes - before.drops.quotes],
    ['resubscribed', now.recoveries.resubscribed - before.recoveries.resubscribed],
    ['stalled', now.recoveries.stalls - before.recoveries.stalls],
    ['journal-gaps', now.recoveries.journalGaps - before.recoveries.journalGaps],
    ['slow-consumers', now.totals.slowConsumers - before.totals.slowConsumers],
  ];
  for (const [kind, count, detail] of rises) if (count > 0) told.push({ kind, count, detail });
  return told;
}
