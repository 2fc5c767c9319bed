import type { Cancel, Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { RealtimeMetrics } from '../metrics/realtime.ts';
import type { Handlers } from './commands/handlers.ts';
import type { JournalSweep } from './event-lane/journal-sweep.ts';
import type { CloseReason, Peer, Send } from './peer.ts';
import type { Selections } from './selection.ts';
import type { StateLane } from './state-lane/lane.ts';
import type { AnySource } from './state-lane/topic.ts';

/** What one capability adds to every connection. */
export interface Feature {
  /** The commands it answers. */
  readonly handlers?: Partial<Handlers>;
  /** What a dialect with partial answers subscribes to here. */
  readonly selections?: Partial<Selections>;
  /** State that goes to the peers that watch it. */
  readonly sources?: readonly AnySource[];
  /** A peer is connected. */
  joined?(peer: Peer): void;
  left?(peer: Peer): void;
  /**
   * Offers state that is due by time; called before the lane writes. True where more of it is due than one turn of the
   * loop should do: it is called again after the others had theirs.
   */
  tick?(): boolean;
  /** Begins timers and subscriptions; returns what ends them. */
  start?(): Cancel;
}

/** What a feature builds on. */
export interface RealtimeCore {
  readonly lane: StateLane;
  readonly peers: ReadonlySet<Peer>;
  /** Those of a user. */
  readonly peersOf: (userId: string) => Iterable<Peer>;
  readonly sweep: Pick<JournalSweep, 'onHeads'>;
  readonly send: Send;
  readonly close: (peer: Peer, reason: CloseReason) => void;
  readonly clock: Clock;
  readonly metrics: RealtimeMetrics;
  readonly log: Log;
}

export type FeatureFactory = (core: RealtimeCore) => Feature;
