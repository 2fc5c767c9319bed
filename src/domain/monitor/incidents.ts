import type { Clock } from '../../lib/clock.ts';
import { createScope } from '../../lib/scope.ts';
import type { FeedHealth, IncidentPayload } from '../../protocol/health-payloads.ts';
import { type Change, changesBetween, changesOfNew, SAME_MS } from './changes.ts';
import type { SeenReplica } from './replica-log.ts';
import type { ReplicaStatus } from './replica-status.ts';
import type { Replicas } from './replicas.ts';

/**
 * Recent events of the service, read from the heartbeats: each replica receives all of them, so each keeps the same
 * list without asking, and any replica can answer.
 */
export interface Incidents {
  /** Newest first. */
  all(): readonly IncidentPayload[];
  /** Adds what another replica remembers and this one did not see. */
  merge(remembered: readonly IncidentPayload[]): void;
  start(): void;
  stop(): void;
}

export const MAX_INCIDENTS = 50;
/** A repetition within this counts up, so that it does not push others out. */
const REPEAT_MS = 60_000;
const LOOK_MS = 1_000;

export interface IncidentsParts {
  readonly replicas: Pick<Replicas, 'all' | 'onHeartbeat'>;
  readonly clock: Clock;
}

export function createIncidents({ replicas, clock }: IncidentsParts): Incidents {
  let incidents: readonly IncidentPayload[] = [];
  let present = new Map<string, SeenReplica>();
  /** The last state of each feed that was reported. */
  const feeds = new Map<string, string>();
  const running = createScope();

  const note = (replica: string, time: number, change: Change): void => {
    incidents = noted(incidents, replica, time, change);
  };

  function isKnown({ replica, at }: ReplicaStatus, { kind }: Change): boolean {
    const time = new Date(at).toISOString();
    return incidents.some((one) => isSame(one, { kind, replica, at: time, lastAt: time, count: 1 }));
  }

  function receive(now: ReplicaStatus, before: ReplicaStatus | null): void {
    if (before) for (const change of changesBetween(now, before)) note(now.replica, now.at, change);
    // Another replica may have passed on what a first heartbeat shows.
    else for (const change of changesOfNew(now)) if (!isKnown(now, change)) note(now.replica, now.at, change);
    followFeed(now, '', now.feed);
    followFeed(now, 'option contracts ', now.optionFeed);
  }

  function followFeed({ replica, at }: ReplicaStatus, name: string, feed: FeedHealth | null): void {
    if (feed === null) return;
    const state = `${name}${feed.state}${feed.detail ? `: ${feed.detail}` : ''}`;
    const before = feeds.get(name);
    feeds.set(name, state);
    if (before !== undefined && state !== before) note(replica, at, { kind: 'feed-changed', detail: state });
  }

  /** A silent replica reports nothing: looking finds it. */
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
      const missed = remembered.filter((one) => !incidents.some((own) => isSame(own, one)));
      incidents = [...incidents, ...missed]
        .sort((a, b) => Date.parse(b.lastAt) - Date.parse(a.lastAt))
        .slice(0, MAX_INCIDENTS);
    },
    start() {
      running.add(replicas.onHeartbeat(receive), clock.every(LOOK_MS, look));
    },
    stop: running.end,
  };
}

/** The list with one change on top; a repetition moves there and counts up. */
function noted(
  incidents: readonly IncidentPayload[],
  replica: string,
  time: number,
  { kind, count, detail }: Change,
): IncidentPayload[] {
  const at = new Date(time).toISOString();
  const last = incidents.find((one) => one.kind === kind && one.replica === replica);
  const isRepeated = count !== undefined && last && time - Date.parse(last.lastAt) < REPEAT_MS;
  const incident = isRepeated
    ? { ...last, lastAt: at, count: last.count + count }
    : { kind, replica, at, lastAt: at, count: count ?? 1 };
  const others = isRepeated ? incidents.filter((one) => one !== last) : incidents;
  return [{ ...incident, ...(detail !== undefined && { detail }) }, ...others].slice(0, MAX_INCIDENTS);
}

/** Two replicas note the same event within seconds of each other. */
const isSame = (own: IncidentPayload, other: IncidentPayload): boolean =>
  own.kind === other.kind &&
  own.replica === other.replica &&
  Date.parse(other.at) - Date.parse(own.lastAt) < SAME_MS &&
  Date.parse(own.at) - Date.parse(other.at) < SAME_MS;
