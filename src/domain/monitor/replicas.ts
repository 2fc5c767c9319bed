import type { Clock } from '../../lib/clock.ts';
import type { RatesPayload, ReplicaState } from '../../protocol/health-payloads.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusLink } from '../bus/link.ts';
import { type ReplicaStatus, readStatus } from './replica-status.ts';
import { heartbeatTopic } from './topics.ts';

export interface SeenReplica {
  readonly status: ReplicaStatus;
  /** Since its last heartbeat, milliseconds. */
  readonly ageMs: number;
  readonly state: ReplicaState;
  /** Null before its second heartbeat and while it is silent. */
  readonly rates: RatesPayload | null;
  /** How far its clock is ahead of ours, milliseconds; null for our own, while it is silent and before its tenth heartbeat. */
  readonly clockOffsetMs: number | null;
}

/** The replicas as this one has heard of them, and itself as it is. */
export interface Replicas {
  /** Replicas last seen alive, at least 1; while the bus is down it rises with those the relay lets us hear, and does not fall. */
  count(): number;
  /** By age of the process, oldest first. */
  all(): readonly SeenReplica[];
  /** Called with each heartbeat, our own too, and with what the same replica said before. Returns what ends it. */
  onHeartbeat(listener: (now: ReplicaStatus, before: ReplicaStatus | null) => void): () => void;
  start(): void;
  stop(): void;
}

export const HEARTBEAT_MS = 1_000;
/** A replica that has missed this much is not counted, milliseconds. */
const REPLICA_TIMEOUT_MS = 5_000;
/** One that came back no more is forgotten, milliseconds. */
const FORGET_MS = 60_000;
/** Rates are taken over this many heartbeats: long enough to be calm, short enough to be now. */
const RATE_HEARTBEATS = 10;
/** Of this many heartbeats the fastest tells the clock: the others waited for a busy process on the way. */
const OFFSET_HEARTBEATS = 10;

interface Seen {
  /** The newest heartbeats, newest last. */
  readonly heard: ReplicaStatus[];
  /** How old each was when we heard it, by the two clocks, milliseconds. */
  readonly ages: number[];
  heardAt: number;
}

export function createReplicas({
  bus,
  link,
  clock,
  status,
}: {
  readonly bus: Bus;
  readonly link: Pick<BusLink, 'state'>;
  readonly clock: Clock;
  /** This replica, now. */
  readonly status: () => ReplicaStatus;
}): Replicas {
  const seen = new Map<string, Seen>();
  const listeners = new Set<(now: ReplicaStatus, before: ReplicaStatus | null) => void>();
  let lastCount = 1;
  let lastBeat = clock.now();

  const isSilent = ({ heardAt }: Pick<Seen, 'heardAt'>): boolean =>
    !(clock.now() - heardAt < REPLICA_TIMEOUT_MS);
  const view = ({ heard, ages, heardAt }: Seen): SeenReplica => {
    const latest = heard.at(-1)!;
    const silent = isSilent({ heardAt });
    return {
      status: latest,
      ageMs: clock.now() - heardAt,
      // Who said that it drains has gone as it meant to.
      state: latest.draining ? 'draining' : silent ? 'silent' : 'ok',
      rates: silent ? null : ratesOf(heard),
      clockOffsetMs: silent || ages.length < OFFSET_HEARTBEATS ? null : 0 - Math.min(...ages),
    };
  };

  const all = (): SeenReplica[] => {
    const own = status();
    const heard = [...(seen.get(own.replica)?.heard ?? []), own];
    const others = [...seen].filter(([name]) => name !== own.replica).map(([, one]) => view(one));
    return [view({ heard, ages: [], heardAt: clock.now() }), ...others].sort(
      (a, b) => a.status.startedAt - b.status.startedAt,
    );
  };

  const hear = (message: ReplicaStatus): void => {
    const heard = readStatus(message);
    if (!heard) return;
    const known = seen.get(heard.replica);
    const before = known?.heard.at(-1) ?? null;
    const age = clock.now() - heard.at;
    if (known) {
      known.heard.push(heard);
      if (known.heard.length > RATE_HEARTBEATS + 1) known.heard.shift();
      known.ages.push(age);
      if (known.ages.length > OFFSET_HEARTBEATS) known.ages.shift();
      known.heardAt = clock.now();
    } else seen.set(heard.replica, { heard: [heard], ages: [age], heardAt: clock.now() });
    for (const listener of listeners) listener(heard, before);
  };

  const beat = (): void => {
    const now = clock.now();
    // A process that stood still has heard nobody, which does not mean that nobody spoke.
    const stoodStill = now - lastBeat - HEARTBEAT_MS;
    lastBeat = now;
    if (stoodStill > HEARTBEAT_MS) for (const one of seen.values()) one.heardAt += stoodStill;
    bus.publish(heartbeatTopic, status());
    for (const [name, one] of seen) {
      const patience = one.heard.at(-1)!.draining ? REPLICA_TIMEOUT_MS : FORGET_MS;
      if (!(now - one.heardAt < patience)) seen.delete(name);
    }
    const heardAlive = [...seen.values()].filter((one) => !isSilent(one)).length;
    // While it is down those who are not heard may live; those who are, over the relay, do.
    lastCount = Math.max(1, heardAlive, link.state() === 'down' ? lastCount : 0);
  };
  let stops: (() => void)[] = [];

  return {
    count: () => lastCount,
    all,
    onHeartbeat(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      lastBeat = clock.now();
      stops = [bus.subscribe(heartbeatTopic, hear), clock.every(HEARTBEAT_MS, beat)];
      beat();
    },
    stop() {
      if (stops.length === 0) return;
      // The last word, for those who heard none while this one drained.
      bus.publish(heartbeatTopic, { ...status(), draining: true, lease: null, leaseSince: null, feed: null });
      for (const stop of stops.splice(0)) stop();
    },
  };
}

/** The one that holds the engine lease and is heard; null where nobody does. */
export function engineOf(seen: readonly SeenReplica[]): SeenReplica | null {
  const holders = seen.filter(({ status, state }) => status.lease !== null && state !== 'silent');
  // In the moment of a hand-over two may still say so: the higher number is the newer holder.
  return holders.sort((a, b) => b.status.lease! - a.status.lease!)[0] ?? null;
}

function ratesOf(heard: readonly ReplicaStatus[]): RatesPayload | null {
  const [first, last] = [heard[0]!, heard.at(-1)!];
  const seconds = (last.at - first.at) / 1_000;
  if (!(seconds > 0)) return null;
  const rate = (name: keyof RatesPayload): number =>
    Math.max(0, last.totals[name] - first.totals[name]) / seconds;
  return {
    in: rate('in'),
    out: rate('out'),
    quotes: rate('quotes'),
    orders: rate('orders'),
    hooks: rate('hooks'),
  };
}
