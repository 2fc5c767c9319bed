import type { Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import { createScope } from '../../lib/scope.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusLink } from '../bus/link.ts';
import { createReplicaLog, type SeenReplica } from './replica-log.ts';
import { type ReplicaStatus, readStatus } from './replica-status.ts';
import { heartbeatTopic } from './topics.ts';

/** The other replicas by their heartbeats, and this one as it is. */
export interface Replicas {
  /**
   * Replicas last seen alive, at least 1;
   * while the bus is down it rises with those that the relay reaches, and does not fall.
   */
  count(): number;
  /** By age of the process, oldest first. */
  all(): readonly SeenReplica[];
  /**
   * Called with each heartbeat, our own too, and the one before of the same replica.
   * Returns what ends the subscription.
   */
  onHeartbeat(listener: (now: ReplicaStatus, before: ReplicaStatus | null) => void): () => void;
  start(): void;
  stop(): void;
}

export const HEARTBEAT_MS = 1_000;

export interface ReplicasParts {
  readonly bus: Bus;
  readonly link: Pick<BusLink, 'state'>;
  readonly clock: Clock;
  /** This replica, now. */
  readonly status: () => ReplicaStatus;
}

export function createReplicas({ bus, link, clock, status }: ReplicasParts): Replicas {
  const log = createReplicaLog(clock);
  const received = createEmitter<[now: ReplicaStatus, before: ReplicaStatus | null]>();
  const running = createScope();
  let lastCount = 1;
  let lastBeat = clock.now();

  function receive(message: ReplicaStatus): void {
    const now = readStatus(message);
    if (now) received.emit(now, log.add(now));
  }

  function beat(): void {
    const now = clock.now();
    const stalledMs = now - lastBeat - HEARTBEAT_MS;
    lastBeat = now;
    if (stalledMs > HEARTBEAT_MS) log.forgive(stalledMs);
    bus.publish(heartbeatTopic, status());
    log.prune();
    // While the link is down a silent replica may live; one that the relay reaches does.
    lastCount = Math.max(1, log.alive(), link.state() === 'down' ? lastCount : 0);
  }

  /** The last heartbeat, for replicas that received none while this one drained. */
  const farewell = (): void =>
    bus.publish(heartbeatTopic, { ...status(), draining: true, lease: null, leaseSince: null, feed: null });

  return {
    count: () => lastCount,
    all: () => log.all(status()).sort((a, b) => a.status.startedAt - b.status.startedAt),
    onHeartbeat: received.on,
    start() {
      lastBeat = clock.now();
      running.add(bus.subscribe(heartbeatTopic, receive), clock.every(HEARTBEAT_MS, beat), farewell);
      beat();
    },
    stop: running.end,
  };
}

/** The replica that holds the engine lease and is not silent; null where there is none. */
export function engineOf(seen: readonly SeenReplica[]): SeenReplica | null {
  const engines = seen.filter(({ status, state }) => status.lease !== null && state !== 'silent');
  // In the moment of a hand-over two may still say so: the higher number is the newer engine.
  return engines.sort((a, b) => b.status.lease! - a.status.lease!)[0] ?? null;
}
