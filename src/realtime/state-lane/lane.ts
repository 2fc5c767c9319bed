import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import type { StateEventName } from '../../protocol/events.ts';
import type { Peer } from '../peer.ts';
import { createBacklog, type Receiver } from './backlog.ts';
import { createEncodings } from './encodings.ts';
import { createGroupWriter } from './group-writer.ts';
import { createSentCounter } from './sent-counter.ts';
import type { AnyTopic } from './topic.ts';
import { createWatchGroups, subjectsOf, type Watched, type WatchGroup } from './watch-groups.ts';

/**
 * The state lane: of each topic and subject only the latest value matters.
 *
 * Peers that watch the same subjects form a group. A changed value is encoded once per dialect, the frames a group
 * needs are concatenated once, and every peer of the group gets them in ONE write. A peer without room for a write is
 * skipped: it remembers the subjects it missed (not their values) and gets the latest value of each, as many at a time
 * as there is room for, once it has answered for what is on its way. A paused reader therefore costs one window in
 * flight plus a set of subjects.
 */
export interface StateLane {
  add(peer: Peer): void;
  remove(peer: Peer): void;
  /** Replaces what the peer watches of one topic. */
  watch(peer: Peer, topic: AnyTopic, subjects: ReadonlySet<string>): void;
  watched(peer: Peer, topic: AnyTopic): ReadonlySet<string>;
  /** Every subject that a peer here watches. */
  subjects(topic: AnyTopic): Iterable<string>;
  /** The peers that watch the subject of the topic with this event. */
  watchers(event: StateEventName, subject: string): Peer[];
  /** The latest values of these subjects are due to the peer: with `flush`, the next publication or the next tick. */
  offer(peer: Peer, topic: AnyTopic, subjects: Iterable<string>): void;
  /** Writes what is due to the peer, as far as it has room. */
  flush(peer: Peer): void;
  /** Writes changed values to the peers that watch them. */
  publish(updates: Iterable<StateUpdate>): void;
  /** Writes what is due to all peers that have room. */
  tick(): void;
}

/** Changed values of one topic, by subject. */
export interface StateUpdate {
  readonly topic: AnyTopic;
  readonly values: ReadonlyMap<string, unknown>;
}

interface Lane extends Receiver {
  group: WatchGroup<Lane> | null;
}

const NONE: Watched = [];

const watchedBy = (lane: Lane | undefined): Watched => lane?.group?.watched ?? NONE;

export function createStateLane({
  metrics,
}: {
  readonly metrics: Pick<RealtimeMetrics, 'messageSent'>;
}): StateLane {
  const lanes = new Map<Peer, Lane>();
  const groups = createWatchGroups<Lane>((topic, subject) => encodings.forget(topic, subject));
  const encodings = createEncodings(groups.isWatched);
  const sent = createSentCounter(metrics);
  const backlog = createBacklog(encodings, sent);
  const write = createGroupWriter(encodings, backlog, sent);

  function regroup(lane: Lane, watched: Watched): void {
    if (lane.group) groups.leave(lane, lane.group);
    lane.group = watched.length === 0 ? null : groups.join(lane, lane.dialect, watched);
  }

  /** Gives each group what changed of its subjects; answers with the groups that got something. */
  function distribute(updates: Iterable<StateUpdate>): ReadonlySet<WatchGroup<Lane>> {
    const touched = new Set<WatchGroup<Lane>>();
    for (const { topic, values } of updates) {
      for (const [subject, value] of values) {
        if (!groups.isWatched(topic, subject)) continue;
        const change = encodings.changeOf(topic, subject, value);
        for (const group of groups.watching(topic, subject)) {
          if (group.members.length === 0) continue;
          group.changes ??= [];
          group.changes.push(change);
          touched.add(group);
        }
      }
    }
    return touched;
  }

  return {
    add: (peer) =>
      void lanes.set(peer, { peer, dialect: encodings.numberOf(peer.dialect), group: null, due: null }),
    remove(peer) {
      const lane = lanes.get(peer);
      if (!lane) return;
      regroup(lane, NONE);
      backlog.remove(lane);
      lanes.delete(peer);
    },
    watch(peer, topic, subjects) {
      const lane = lanes.get(peer);
      if (!lane) return;
      const others = watchedBy(lane).filter((one) => one.topic !== topic);
      // Not by spreading, which makes room for sixteen more: for each of thousands of peers.
      const watched = subjects.size > 0 ? others.concat({ topic, subjects: [...subjects].sort() }) : others;
      backlog.retain(lane, topic, subjects);
      regroup(lane, watched);
    },
    watched: (peer, topic) => new Set(subjectsOf(watchedBy(lanes.get(peer)), topic)),
    subjects: groups.subjects,
    watchers: (event, subject) =>
      [...groups.topics()]
        .filter((topic) => topic.event === event)
        .flatMap((topic) => groups.watching(topic, subject))
        .flatMap(({ members }) => members.map(({ peer }) => peer)),
    offer(peer, topic, subjects) {
      const lane = lanes.get(peer);
      if (lane) for (const subject of subjects) backlog.add(lane, topic, subject);
    },
    flush(peer) {
      const lane = lanes.get(peer);
      if (lane) backlog.flush(lane);
    },
    publish(updates) {
      for (const group of distribute(updates)) {
        write(group);
        group.changes = null;
      }
      sent.report();
    },
    tick: backlog.flushAll,
  };
}
