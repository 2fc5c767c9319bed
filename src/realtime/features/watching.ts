import type { TradecastError } from '../../protocol/errors.ts';
import type { Peer } from '../peer.ts';
import type { StateLane } from '../state-lane/lane.ts';
import type { AnySource } from '../state-lane/topic.ts';
import { onceATurn } from './once-a-turn.ts';

/** What peers watch of one source of state. */
export interface Watching {
  /** Adds subjects; the answer sends their latest values. Throws the refusal of the limit, and then adds none. */
  add(peer: Peer, subjects: readonly string[]): () => void;
  /** Those of the subjects that the peer may watch: the ones it watches, and the first ones within its limit. */
  fitting(peer: Peer, subjects: readonly string[]): string[];
  /** Answers with the subjects that were watched. */
  remove(peer: Peer, subjects: readonly string[]): string[];
  /** A peer has left. */
  left(): void;
  /** Reports no more changes. */
  stop(): void;
}

export interface WatchingParts {
  readonly lane: StateLane;
  readonly source: AnySource;
  /** Most subjects of one peer. */
  readonly max: number;
  readonly refusal: (max: number) => TradecastError;
  /** Called once a turn of the loop with every subject that a peer here watches, the latest subscription last. */
  readonly onChange: (subjects: Iterable<string>) => void;
}

export function createWatching({ lane, source, max, refusal, onChange }: WatchingParts): Watching {
  /** In the order of their latest subscriptions; those that nobody watches any more go with the next change. */
  const bySubscription = new Set<string>();
  const change = onceATurn(() => {
    const watched = new Set(lane.subjects(source));
    for (const subject of bySubscription) if (!watched.has(subject)) bySubscription.delete(subject);
    onChange(bySubscription);
  });

  return {
    add(peer, subjects) {
      const watched = new Set([...lane.watched(peer, source), ...subjects]);
      if (!(watched.size <= max)) throw refusal(max);
      lane.watch(peer, source, watched);
      for (const subject of subjects) {
        bySubscription.delete(subject);
        bySubscription.add(subject);
      }
      return () => {
        // It may have unsubscribed while this command waited for its limit.
        const watched = lane.watched(peer, source);
        lane.offer(
          peer,
          source,
          subjects.filter((subject) => watched.has(subject)),
        );
        lane.flush(peer);
        change.request();
      };
    },
    fitting(peer, subjects) {
      const watched = lane.watched(peer, source);
      let free = max - watched.size;
      return subjects.filter((subject) => watched.has(subject) || free-- > 0);
    },
    remove(peer, subjects) {
      const watched = new Set(lane.watched(peer, source));
      const removed = subjects.filter((subject) => watched.delete(subject));
      lane.watch(peer, source, watched);
      change.request();
      return removed;
    },
    left: change.request,
    stop: change.stop,
  };
}
