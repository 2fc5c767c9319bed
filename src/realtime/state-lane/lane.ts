import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import type { EncodedEvent, Peer } from '../peer.ts';
import { createEncodings } from './encodings.ts';
import { createFrameJoiner } from './frame-joiner.ts';
import type { AnyTopic } from './topic.ts';
import { createWatchGroups, type Watched, type WatchGroup } from './watch-groups.ts';

/**
 * The state lane: of each topic and subject only the latest value matters.
 *
 * Peers that watch the same subjects form a group. A changed value is encoded once per dialect, the frames a group
 * needs are concatenated once, and every peer of the group gets them in ONE write. A peer whose transport has not
 * accepted the last write yet is skipped: it remembers the subjects it missed (not their values) and gets the
 * latest value of each once it drains. A paused reader therefore costs one write in flight plus a set of subjects.
 */
export interface StateLane {
  add(peer: Peer): void;
  remove(peer: Peer): void;
  /** Replaces what the peer watches of one topic. */
  watch(peer: Peer, topic: AnyTopic, subjects: ReadonlySet<string>): void;
  watched(peer: Peer, topic: AnyTopic): ReadonlySet<string>;
  /** Every subject that a peer here watches. */
  subjects(topic: AnyTopic): Iterable<string>;
  /** The latest values of these subjects are due to the peer: with `flush`, the next publication or the next tick. */
  offer(peer: Peer, topic: AnyTopic, subjects: Iterable<string>): void;
  /** Writes what is due to the peer, if it can be written to. */
  flush(peer: Peer): void;
  /** Writes changed values to the peers that watch them. */
  publish(updates: Iterable<StateUpdate>): void;
  /** Writes what is due to all peers that can be written to. */
  tick(): void;
}

/** Changed values of one topic, by subject. */
export interface StateUpdate {
  readonly topic: AnyTopic;
  readonly values: ReadonlyMap<string, unknown>;
}

interface Lane {
  readonly peer: Peer;
  readonly dialect: number;
  group: WatchGroup<Lane> | null;
  /** Subjects whose latest value is due. */
  due: Map<AnyTopic, Set<string>> | null;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Events written, by name. */
type Sent = Map<string, number>;

/** Events of one name stand together, so that a list of hundreds is a few additions. */
function addTo(sent: Sent, events: readonly EncodedEvent[], times: number): void {
  for (let start = 0, end = 1; end <= events.length; end++) {
    const { event } = events[start]!;
    if (events[end]?.event === event) continue;
    sent.set(event, (sent.get(event) ?? 0) + (end - start) * times);
    start = end;
  }
}

export function createStateLane({
  metrics,
}: {
  readonly metrics: Pick<RealtimeMetrics, 'messageSent'>;
}): StateLane {
  const lanes = new Map<Peer, Lane>();
  /** Lanes to which something is due. */
  const behind = new Set<Lane>();
  const groups = createWatchGroups<Lane>((topic, subject) => encodings.forget(topic, subject));
  const encodings = createEncodings((topic, subject) => groups.watching(topic).has(subject));
  const joiner = createFrameJoiner();

  function makeDue(lane: Lane, topic: AnyTopic, subject: string): void {
    lane.due ??= new Map();
    const subjects = lane.due.get(topic) ?? new Set();
    lane.due.set(topic, subjects);
    if (subjects.has(subject)) topic.onConflated?.();
    else subjects.add(subject);
    behind.add(lane);
  }

  /** Writes everything that is due, in its latest values. */
  function catchUp(lane: Lane): void {
    if (!lane.due || !lane.peer.isWritable()) return;
    const events: EncodedEvent[] = [];
    for (const [topic, subjects] of lane.due) {
      for (const subject of subjects) {
        const value = topic.latest(subject);
        const event =
          value === undefined
            ? null
            : encodings.encode(encodings.changeOf(topic, subject, value), lane.dialect);
        if (event) events.push(event);
      }
    }
    lane.due = null;
    behind.delete(lane);
    lane.peer.write(events);
    const sent: Sent = new Map();
    addTo(sent, events, 1);
    count(sent);
  }

  function sendGroup({ members, changes, dialect }: WatchGroup<Lane>, sent: Sent): void {
    const events: EncodedEvent[] = [];
    for (const change of changes) {
      const event = encodings.encode(change, dialect);
      if (event) events.push(event);
    }
    const joined = joiner.join(events);
    let written = 0;
    let accepted = true;
    for (const lane of members) {
      if (lane.due === null && lane.peer.isWritable()) {
        lane.peer.write(events, joined);
        if (lane.peer.queuedBytes() > 0) accepted = false;
        written += 1;
      } else {
        for (const { topic, subject } of changes) makeDue(lane, topic, subject);
        catchUp(lane);
      }
    }
    if (!accepted) joiner.keep();
    addTo(sent, events, written);
  }

  function count(sent: Sent): void {
    for (const [event, events] of sent) metrics.messageSent(event, events);
  }

  function regroup(lane: Lane, watched: Watched): void {
    if (lane.group) groups.leave(lane, lane.group);
    lane.group = watched.size === 0 ? null : groups.join(lane, lane.dialect, watched);
  }

  return {
    add: (peer) =>
      void lanes.set(peer, { peer, dialect: encodings.numberOf(peer.dialect), group: null, due: null }),
    remove(peer) {
      const lane = lanes.get(peer);
      if (!lane) return;
      regroup(lane, new Map());
      behind.delete(lane);
      lanes.delete(peer);
    },
    watch(peer, topic, subjects) {
      const lane = lanes.get(peer);
      if (!lane) return;
      const watched = new Map(lane.group?.watched);
      watched.delete(topic);
      if (subjects.size > 0) watched.set(topic, new Set(subjects));
      const due = lane.due?.get(topic);
      for (const subject of due ?? NOTHING) if (!subjects.has(subject)) due?.delete(subject);
      regroup(lane, watched);
      peer.watches?.(topic.event, lane.group?.watched.get(topic) ?? NOTHING);
    },
    watched: (peer, topic) => lanes.get(peer)?.group?.watched.get(topic) ?? NOTHING,
    subjects: (topic) => groups.watching(topic).keys(),
    offer(peer, topic, subjects) {
      const lane = lanes.get(peer);
      if (lane) for (const subject of subjects) makeDue(lane, topic, subject);
    },
    flush(peer) {
      const lane = lanes.get(peer);
      if (lane) catchUp(lane);
    },
    publish(updates) {
      const touched = new Set<WatchGroup<Lane>>();
      for (const { topic, values } of updates) {
        const watching = groups.watching(topic);
        for (const [subject, value] of values) {
          const watchers = watching.get(subject);
          if (!watchers) continue;
          const change = encodings.changeOf(topic, subject, value);
          for (const group of watchers) {
            group.changes.push(change);
            touched.add(group);
          }
        }
      }
      const sent: Sent = new Map();
      for (const group of touched) {
        sendGroup(group, sent);
        group.changes = [];
      }
      count(sent);
    },
    tick() {
      for (const lane of behind) catchUp(lane);
    },
  };
}
