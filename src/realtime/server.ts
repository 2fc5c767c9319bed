import type { PlaceSecrets } from '../domain/accounts/place-secrets.ts';
import type { Sessions } from '../domain/accounts/session.ts';
import type { SocketTokens } from '../domain/accounts/socket-tokens.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { Journal } from '../domain/journal/journal.ts';
import type { ConnectionCounter, RateLimiter } from '../domain/limits/counters.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createScope } from '../lib/scope.ts';
import type { RealtimeMetrics } from '../metrics/realtime.ts';
import { type Admission, createAdmission } from './admission.ts';
import { createDispatch, type Dispatch } from './commands/dispatch.ts';
import { createGate, type Gate } from './commands/gate.ts';
import { mergeHandlers } from './commands/handlers.ts';
import { type Connections, createConnections, type TransportFactory } from './connections.ts';
import { createDrain } from './drain.ts';
import { createJournalSweep } from './event-lane/journal-sweep.ts';
import type { Feature, FeatureFactory } from './feature.ts';
import { createSend, type Peer } from './peer.ts';
import { createReplacements } from './replacements.ts';
import { createRoomMembers } from './room-members.ts';
import { mergeSelections } from './selection.ts';
import { createSessionCheck } from './sessions/session-check.ts';
import { guardSessions } from './sessions/session-guard.ts';
import { watchSlowReaders } from './slow-readers.ts';
import { createFanOut, type FanOut } from './state-lane/fan-out.ts';
import { createStateLane, type StateLane } from './state-lane/lane.ts';
import { createLatencyWindow, type LatencyWindow } from './state-lane/latency-window.ts';

export interface RealtimeOptions {
  /** Name of this replica, which `connected` carries. */
  readonly replica: string;
  readonly maxConnectionsPerUser: number;
  readonly flushIntervalMs: number;
}

export interface RealtimeParts {
  readonly bus: Bus;
  readonly sessions: Sessions;
  readonly tokens: Pick<SocketTokens, 'redeem'>;
  readonly connections: ConnectionCounter;
  readonly placeSecrets: PlaceSecrets;
  readonly limiter: RateLimiter;
  readonly journal: Pick<Journal, 'heads'>;
  /** Together they answer every command. */
  readonly features: readonly FeatureFactory[];
  readonly transports: readonly TransportFactory[];
  /** Whether another replica serves the clients that are sent away. */
  readonly othersServe: () => boolean;
  readonly clock: Clock;
  readonly metrics: RealtimeMetrics;
  readonly log: Log;
}

export interface Realtime {
  connections(): number;
  users(): number;
  /** Whether the user has a connection to this replica. */
  hasUser(userId: string): boolean;
  /** Milliseconds from the receipt of a value by this replica to its write to the peers. */
  readonly latency: LatencyWindow;
  /** Looks at once for what the bus may have lost: it was away, or this process stalled. */
  resync(): void;
  start(): void;
  /** Refuses new connections, sends `server:shutdown`, and closes what is open evenly over `seconds`. */
  drain(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Two lanes, the commands and the sessions of all connections, whatever their transport. */
export function createRealtime(parts: RealtimeParts, options: RealtimeOptions): Realtime {
  const { clock, metrics } = parts;
  const latency = createLatencyWindow();
  const send = createSend(metrics);
  const lane = createStateLane({ metrics });
  /** Empty before the start and after the end. */
  let serving: readonly Feature[] = [];

  const connections = createConnections({
    ...parts,
    ...options,
    lane,
    send,
    joined(peer) {
      for (const feature of serving) feature.joined?.(peer);
    },
    left(peer) {
      for (const feature of serving) feature.left?.(peer);
    },
    isDraining: () => drain.isDraining(),
  });
  const { index, close, revoke, replace } = connections;
  const { peers } = index;
  const sweep = createJournalSweep({ ...parts, users: index.byUser });
  const peersOf = (userId: string): Iterable<Peer> => index.byUser.get(userId) ?? [];
  const features = parts.features.map((create) =>
    create({ ...parts, lane, peers, peersOf, sweep, send, close }),
  );
  const gate = createGate({
    ...parts,
    send,
    checkSession: createSessionCheck(parts),
    onFlood: (peer) => close(peer, 'flood'),
    onSessionEnded: (peer) => revoke(peer, 'expired'),
  });
  const dispatch = createDispatch({ handlers: mergeHandlers(features), gate, send });
  const drain = createDrain({ ...parts, ...gate, peers, send, close: (peer) => close(peer, 'drain') });
  const replacements = createReplacements({ ...parts, index, replace });
  const admission = createAdmission({ ...parts, ...options, replacements, draining: drain.isDraining });
  const host = createHost({ admission, gate, dispatch, connections, features, lane });
  const transports = parts.transports.map((create) => create(host));
  const fanOut = createFanOut({
    ...parts,
    lane,
    latency,
    beforeTick: () => serving.filter((feature) => feature.tick?.()).length > 0,
  });
  const running = createScope();
  let stopping: Promise<void> | null = null;

  async function stop(): Promise<void> {
    serving = [];
    running.end();
    await Promise.all(transports.map((transport) => transport.stop()));
  }

  return {
    latency,
    connections: () => peers.size,
    users: () => index.byUser.size,
    hasUser: (userId) => index.byUser.has(userId),
    resync: sweep.now,
    start() {
      serving = features;
      for (const feature of features) running.add(...startFeature(feature, fanOut));
      running.add(
        sweep.start(),
        replacements.start(),
        guardSessions({ ...parts, index, revoke }),
        watchSlowReaders({ ...parts, peers, onSlowReader: (peer) => close(peer, 'slow_consumer') }),
        clock.every(options.flushIntervalMs, fanOut.tick),
        fanOut.stop,
      );
    },
    drain: drain.run,
    stop: () => (stopping ??= stop()),
  };
}

function startFeature({ sources = [], start }: Feature, fanOut: FanOut): Cancel[] {
  const followed = sources.map((source) => source.onChange((values) => fanOut.add(source, values)));
  return start ? [...followed, start()] : followed;
}

interface HostParts {
  readonly admission: Admission;
  readonly gate: Gate;
  readonly dispatch: Dispatch;
  readonly connections: Connections;
  readonly features: readonly Feature[];
  readonly lane: StateLane;
}

/** What transports do with their connections. */
const createHost = ({ admission, gate, dispatch, connections, features, lane }: HostParts) => ({
  ...{ ...admission, ...gate, ...dispatch, ...connections },
  members: createRoomMembers({ byUser: connections.index.byUser, watchers: lane.watchers }),
  selections: mergeSelections(features),
});
