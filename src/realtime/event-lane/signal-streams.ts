import type { TierWatch } from '../../domain/accounts/tier-watch.ts';
import type { Bus } from '../../domain/bus/bus.ts';
import type { DeliveryMeter } from '../../domain/signals/delivery/delivery-meter.ts';
import { isOpenTo } from '../../domain/signals/open-streams.ts';
import type { SignalLog } from '../../domain/signals/signal-log.ts';
import { signalsTopic } from '../../domain/signals/topics.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import { TradecastError } from '../../protocol/errors.ts';
import {
  SIGNAL_STREAMS,
  type SignalPositions,
  type SignalStream,
  type SignalStreamStates,
} from '../../protocol/signals.ts';
import { TIERS, type Tier } from '../../protocol/tier.ts';
import type { Peer } from '../peer.ts';
import { createEventStreams, type EventStreams, type Subscription } from './event-streams.ts';
import type { LaneWatch } from './lane-watch.ts';
import { signalLogReads, streamNamed } from './signal-log-reads.ts';

/** A client that reads has taken by then what was on its way; with the look at the tiers it is within the promised 5 s. */
const UNREAD_MS = 1_000;
/** A lost notice is made up for within this and one query. */
export const SIGNAL_SWEEP_MS = 2_000;

/**
 * The streams of signals, for peers of any transport. What a peer receives follows the tier of its user: `premium` begins
 * and ends with it, and no write of it happens on a tier that is not known.
 */
export interface SignalStreams {
  /**
   * The peer follows every stream that is open to its user. Nothing is written before `start`, so that the caller's
   * reply goes first. Throws UNAVAILABLE.
   */
  subscribe(peer: Peer, positions?: SignalPositions): Promise<SignalSubscription>;
  unsubscribe(peer: Peer): void;
  /**
   * Calls the listener with peers that have to subscribe again: the log no longer continues what they received, or what
   * waits for them is no longer theirs.
   */
  onEnded(listener: (peer: Peer) => void): Cancel;
  start(): Cancel;
}

export interface SignalSubscription {
  readonly tier: Tier;
  /** Of the open streams only. */
  readonly streams: SignalStreamStates;
  start(): void;
}

export interface SignalStreamsParts {
  readonly signalLog: Pick<SignalLog, 'head' | 'heads' | 'readAfter' | 'endEpoch'>;
  readonly tiers: TierWatch;
  readonly bus: Bus;
  readonly deliveryMeter: Pick<DeliveryMeter, 'reached' | 'moved' | 'accepted'>;
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'signalGapFilled' | 'messageSent'>;
  readonly log: Log;
}

export function createSignalStreams(parts: SignalStreamsParts): SignalStreams {
  const { tiers } = parts;
  const resubscribe = createEmitter<[Peer]>();
  const lane = createLane(parts, resubscribe.emit);
  const followers = createFollowers(parts, lane, resubscribe.emit);
  const turns = createTurns();

  async function subscribe(peer: Peer, positions: SignalPositions, isWanted: () => boolean) {
    const tier = await tiers.read(peer.principal.user.id);
    if (!isWanted()) throw ended();
    const isRepeated = followers.has(peer);
    followers.remove(peer);
    followers.add(peer);
    const [free, premium] = await Promise.all(
      SIGNAL_STREAMS.map((stream) =>
        isOpenTo(stream, tier) ? followers.follow(peer, stream, positions) : null,
      ),
    ).catch((error: unknown) => {
      followers.remove(peer);
      // A reader of before goes on, from the head, with the next read of the tiers.
      if (isRepeated && isWanted()) followers.add(peer);
      throw error;
    });
    if (!free) throw ended();
    return {
      tier,
      streams: { free: stateOf(free), ...(premium && { premium: stateOf(premium) }) },
      start() {
        free.start();
        premium?.start();
      },
    };
  }

  return {
    onEnded: resubscribe.on,
    subscribe: (peer, positions = {}) => turns.run(peer, (isWanted) => subscribe(peer, positions, isWanted)),
    unsubscribe(peer) {
      turns.end(peer);
      followers.remove(peer);
    },
    start() {
      const ends = [tiers.onRead(followers.reconcile), startSweep(parts, lane), lane.start()];
      return () => {
        for (const end of ends) end();
        followers.clear();
      };
    },
  };
}

/** The reader has unsubscribed or left meanwhile. */
const ended = (): TradecastError => new TradecastError('UNAVAILABLE', 'The subscription has ended.');

/** One subscription of a peer after the other, since each takes the place of the one before. */
function createTurns() {
  const latest = new WeakMap<Peer, Promise<unknown>>();
  const ends = new WeakMap<Peer, number>();

  return {
    /** `isWanted` is false once `end` was called. */
    run<T>(peer: Peer, work: (isWanted: () => boolean) => Promise<T>): Promise<T> {
      const before = ends.get(peer);
      const run = () => work(() => ends.get(peer) === before);
      const done = (latest.get(peer) ?? Promise.resolve()).then(run, run);
      latest.set(peer, done);
      return done;
    },
    end: (peer: Peer): void => void ends.set(peer, (ends.get(peer) ?? 0) + 1),
  };
}

/** Second looks, after UNREAD_MS. */
function createLooks(clock: Clock) {
  const looks = new Set<Cancel>();
  return {
    lookAgain(look: () => void): void {
      const cancel = clock.after(UNREAD_MS, () => {
        looks.delete(cancel);
        look();
      });
      looks.add(cancel);
    },
    clear(): void {
      for (const cancel of looks) cancel();
      looks.clear();
    },
  };
}

/** Every peer that subscribed, with the streams it follows now. */
function createFollowers(
  { tiers, clock, log }: SignalStreamsParts,
  lane: EventStreams,
  resubscribe: (peer: Peer) => void,
) {
  const followers = new Map<Peer, Set<SignalStream>>();
  const unread = createLooks(clock);

  /** Null where the peer left, or the stream was closed to it, while the head was read. */
  async function follow(
    peer: Peer,
    stream: SignalStream,
    positions: SignalPositions,
  ): Promise<Subscription | null> {
    const followed = followers.get(peer);
    followed?.add(stream);
    try {
      const position = positions[stream];
      const subscription = await lane.subscribe(
        peer,
        stream,
        position && { epoch: position.epoch, seq: position.after },
      );
      // Who has left, or begun anew, has unsubscribed this one already; what is there now is another's.
      if (followers.get(peer) !== followed) return null;
      if (peer.isOpen() && isOpen(tiers, peer, stream)) return subscription;
    } catch (error) {
      followed?.delete(stream);
      throw error;
    }
    leave(peer, stream);
    return null;
  }

  function leave(peer: Peer, stream: SignalStream): void {
    followers.get(peer)?.delete(stream);
    lane.unsubscribe(peer, stream);
  }

  /** From the head as it is now: what came before was not for this reader. */
  function begin(peer: Peer, stream: SignalStream): void {
    follow(peer, stream, {}).then(
      (subscription) => subscription?.start(),
      // The next read of the tiers tries again.
      (error: unknown) => log.warn({ err: error, socketId: peer.id, stream }, 'a stream could not be begun'),
    );
  }

  /** What a client has not read soon goes with its connection. */
  function takeBack(peer: Peer, stream: SignalStream): void {
    const isUnread = lane.unread(peer, stream);
    leave(peer, stream);
    if (isUnread()) unread.lookAgain(() => peer.isOpen() && isUnread() && resubscribe(peer));
  }

  return {
    has: (peer: Peer): boolean => followers.has(peer),
    add: (peer: Peer): void => void followers.set(peer, new Set()),
    remove(peer: Peer): void {
      for (const stream of followers.get(peer) ?? []) lane.unsubscribe(peer, stream);
      followers.delete(peer);
    },
    clear(): void {
      followers.clear();
      unread.clear();
    },
    follow,
    /** Begins and ends streams where the tier says so. One that is not known changes nothing yet: no write happens on it. */
    reconcile(): void {
      for (const [peer, followed] of followers) {
        const tier = tiers.known(peer.principal.user.id);
        if (tier === null) continue;
        for (const stream of SIGNAL_STREAMS) {
          if (!isOpenTo(stream, tier)) takeBack(peer, stream);
          else if (!followed.has(stream)) begin(peer, stream);
        }
      }
    },
  };
}

const stateOf = ({ head, recovered }: Subscription): SignalStreamStates['free'] => ({
  epoch: head.epoch,
  head: head.seq,
  recovered,
});

/** What everyone may read stays open while the database does not say what the user has paid for; the rest does not. */
const isOpen = (tiers: Pick<TierWatch, 'known'>, { principal }: Peer, stream: SignalStream): boolean =>
  isOpenTo(stream, tiers.known(principal.user.id) ?? TIERS[0]);

const createLane = (
  { signalLog, tiers, bus, metrics, deliveryMeter, log }: SignalStreamsParts,
  ended: (peer: Peer) => void,
): EventStreams =>
  createEventStreams({
    eventLog: signalLogReads(signalLog),
    notices: (listener) =>
      bus.subscribe(signalsTopic, ({ stream, epoch, records }) => {
        const [first, last] = [records[0], records.at(-1)];
        if (first && last) deliveryMeter.reached(stream, last.seq, first.seq - 1);
        listener({ streamId: stream, epoch, records });
      }),
    mayRead: (peer, streamId) =>
      SIGNAL_STREAMS.some((stream) => stream === streamId && isOpen(tiers, peer, stream)),
    gapFilled: metrics.signalGapFilled,
    ended,
    metrics,
    watch: watchOf(deliveryMeter),
    log,
  });

const watchOf = (deliveryMeter: SignalStreamsParts['deliveryMeter']): LaneWatch => ({
  moved: (streamId, ...range) => deliveryMeter.moved(streamNamed(streamId), ...range),
  accepted: (streamId, ...records) => deliveryMeter.accepted(streamNamed(streamId), ...records),
});

/** Finds what the bus lost, and wakes peers whose tier was not known for a while. */
function startSweep(
  { signalLog, deliveryMeter, clock, log }: SignalStreamsParts,
  lane: EventStreams,
): Cancel {
  let reading = false;
  function sweep(): void {
    if (reading) return;
    reading = true;
    signalLog
      .heads()
      .then(
        (heads) => {
          for (const [stream, head] of heads) {
            deliveryMeter.reached(stream, head.seq);
            lane.headIs(stream, head);
          }
        },
        (error: unknown) => log.warn({ err: error }, 'the heads of the signals could not be read'),
      )
      .finally(() => {
        reading = false;
      });
  }
  // The heads of the start are what this replica begins after.
  sweep();
  return clock.every(SIGNAL_SWEEP_MS, sweep);
}
