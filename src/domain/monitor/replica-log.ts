import type { Clock } from '../../lib/clock.ts';
import type { RatesPayload, ReplicaState } from '../../protocol/health-payloads.ts';
import type { ReplicaStatus } from './replica-status.ts';

export interface SeenReplica {
  readonly status: ReplicaStatus;
  /** Since its last heartbeat. */
  readonly ageMs: number;
  readonly state: ReplicaState;
  /** Null before its second heartbeat and while it is silent. */
  readonly rates: RatesPayload | null;
  /**
   * How far its clock is ahead of ours;
   * null for our own, while it is silent and before its tenth heartbeat.
   */
  readonly clockOffsetMs: number | null;
}

/** The newest heartbeats of each replica. */
export interface ReplicaLog {
  /** Answers with what the same replica reported before; null for the first heartbeat. */
  add(status: ReplicaStatus): ReplicaStatus | null;
  /** Every replica that was received; `own` replaces what this one sent. */
  all(own: ReplicaStatus): SeenReplica[];
  /** Replicas whose heartbeats are not missing. */
  alive(): number;
  /** This process stalled: the heartbeats of that time were not received, which does not mean that none were sent. */
  forgive(ms: number): void;
  /** Forgets replicas that left, or that did not come back. */
  prune(): void;
}

/** A replica that missed this much is not counted. */
const REPLICA_TIMEOUT_MS = 5_000;
/** One that does not come back is forgotten. */
const FORGET_MS = 60_000;
/** Rates are taken over this many heartbeats: long enough to be calm, short enough to be current. */
const RATE_HEARTBEATS = 10;
/** Of this many heartbeats the fastest shows the clock: the others waited for a busy process on the way. */
const OFFSET_HEARTBEATS = 10;

interface Seen {
  /** The newest heartbeats, newest last. */
  readonly heartbeats: ReplicaStatus[];
  /** How old each was on arrival, by the two clocks, milliseconds. */
  readonly ages: number[];
  receivedAt: number;
}

export function createReplicaLog(clock: Clock): ReplicaLog {
  const seen = new Map<string, Seen>();

  const isSilent = ({ receivedAt }: Pick<Seen, 'receivedAt'>): boolean =>
    !(clock.now() - receivedAt < REPLICA_TIMEOUT_MS);

  function view({ heartbeats, ages, receivedAt }: Seen): SeenReplica {
    const status = heartbeats.at(-1)!;
    const silent = isSilent({ receivedAt });
    return {
      status,
      ageMs: clock.now() - receivedAt,
      // A replica that announced its drain has left as intended.
      state: status.draining ? 'draining' : silent ? 'silent' : 'ok',
      rates: silent ? null : ratesOf(heartbeats),
      clockOffsetMs: silent || ages.length < OFFSET_HEARTBEATS ? null : 0 - Math.min(...ages),
    };
  }

  return {
    add(status) {
      const age = clock.now() - status.at;
      const known = seen.get(status.replica);
      const before = known?.heartbeats.at(-1) ?? null;
      const { heartbeats, ages } = known ?? { heartbeats: [], ages: [] };
      push(heartbeats, status, RATE_HEARTBEATS + 1);
      push(ages, age, OFFSET_HEARTBEATS);
      seen.set(status.replica, { heartbeats, ages, receivedAt: clock.now() });
      return before;
    },
    all(own) {
      const heartbeats = [...(seen.get(own.replica)?.heartbeats ?? []), own];
      const others = [...seen].filter(([name]) => name !== own.replica).map(([, one]) => view(one));
      return [view({ heartbeats, ages: [], receivedAt: clock.now() }), ...others];
    },
    alive: () => [...seen.values()].filter((one) => !isSilent(one)).length,
    forgive(ms) {
      for (const one of seen.values()) one.receivedAt += ms;
    },
    prune() {
      for (const [name, { heartbeats, receivedAt }] of seen) {
        const patience = heartbeats.at(-1)!.draining ? REPLICA_TIMEOUT_MS : FORGET_MS;
        if (!(clock.now() - receivedAt < patience)) seen.delete(name);
      }
    },
  };
}

function push<Item>(list: Item[], item: Item, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}

function ratesOf(heartbeats: readonly ReplicaStatus[]): RatesPayload | null {
  const [first, last] = [heartbeats[0]!, heartbeats.at(-1)!];
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
