import type { TradecastError } from '../../protocol/errors.ts';
import type { Peer } from '../peer.ts';
import type { StateLane } from '../state-lane/lane.ts';
import type { AnySource } from '../state-lane/topic.ts';
import { onceATurn } from './once-a-turn.ts';

/** What peers watch of one source of state. */
export interface Watching {
  /** Adds subjects; the answer sends their latest values. Throws the refusal of the limit, and then adds none. */
  add(peer: Peer, subjects: readonly string[]): () => void;
  /** Replaces all of them, which must be within the limit; the answer sends the latest values of those that are new. */
  replace(peer: Peer, subjects: readonly string[]): () => void;
  /**
   * The same for subjects of which some may turn out not to exist. They count at once; they are watched once `refusedOf`
   * has answered, without those that it names and those that the peer has given up meanwhile.
   */
  addChecked(
    peer: Peer,
    subjects: readonly string[],
    refusedOf: (subjects: readonly string[]) => Promise<ReadonlySet<string>>,
  ): Promise<Checked>;
  /** The same with the first ones within the limit, counted among those that exist. */
  addFitting(
    peer: Peer,
    subjects: readonly string[],
    refusedOf: (subjects: readonly string[]) => Promise<ReadonlySet<string>>,
  ): Promise<Checked & { readonly over: string[] }>;
  /** Answers with the subjects that were watched. */
  remove(peer: Peer, subjects: readonly string[]): string[];
  /** A peer has left. */
  left(): void;
  /** Reports no more changes. */
  stop(): void;
}

export interface Checked {
  readonly added: string[];
  readonly refused: ReadonlySet<string>;
  /** Sends the latest values. */
  readonly after: () => void;
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
  const subscribed = createSubscribed();
  const change = onceATurn(() => onChange(subscribed.of(lane.subjects(source))));
  const pending = createPending();
  const taken = (peer: Peer): ReadonlySet<string> =>
    new Set([...lane.watched(peer, source), ...pending.of(peer)]);

  /** Throws the refusal of the limit where there is no room for all of them. */
  function requireRoom(peer: Peer, subjects: readonly string[]): void {
    if (!(new Set([...taken(peer), ...subjects]).size <= max)) throw refusal(max);
  }

  function add(peer: Peer, subjects: readonly string[]): () => void {
    requireRoom(peer, subjects);
    return put(peer, new Set([...lane.watched(peer, source), ...subjects]), subjects);
  }

  function put(peer: Peer, wanted: ReadonlySet<string>, subjects: readonly string[]): () => void {
    lane.watch(peer, source, wanted);
    subscribed.add(subjects);
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
  }

  function replace(peer: Peer, subjects: readonly string[]): () => void {
    const wanted = new Set(subjects);
    const before = new Set(lane.watched(peer, source));
    if (wanted.size === before.size && subjects.every((subject) => before.has(subject))) return () => {};
    if (wanted.size > max) throw refusal(max);
    const fresh = subjects.filter((subject) => !before.has(subject));
    return put(peer, wanted, fresh);
  }

  /** What exists, as far as `refusedOf` says, and is still wanted then. */
  async function check(
    peer: Peer,
    subjects: readonly string[],
    refusedOf: (subjects: readonly string[]) => Promise<ReadonlySet<string>>,
  ) {
    const places = pending.add(peer, subjects);
    const refused = await refusedOf(subjects).finally(() => pending.end(peer, places));
    return { refused, wanted: subjects.filter((subject) => places.has(subject) && !refused.has(subject)) };
  }

  return {
    add,
    replace,
    async addChecked(peer, subjects, refusedOf) {
      requireRoom(peer, subjects);
      const { wanted, refused } = await check(peer, subjects, refusedOf);
      return { added: wanted, refused, after: add(peer, wanted) };
    },
    async addFitting(peer, subjects, refusedOf) {
      const { wanted, refused } = await check(peer, subjects, refusedOf);
      const added = fitting(taken(peer), wanted, max);
      const fits = new Set(added);
      return { added, refused, over: wanted.filter((one) => !fits.has(one)), after: add(peer, added) };
    },
    remove(peer, subjects) {
      const watched = new Set(lane.watched(peer, source));
      const givenUp = pending.remove(peer, subjects);
      const removed = subjects.filter((subject) => watched.delete(subject) || givenUp.has(subject));
      lane.watch(peer, source, watched);
      change.request();
      return removed;
    },
    left: change.request,
    stop: change.stop,
  };
}

/** Those of the subjects that a peer may watch: the ones it knows, and the first ones within its limit. */
function fitting(known: ReadonlySet<string>, subjects: readonly string[], max: number): string[] {
  let free = max - known.size;
  return subjects.filter((subject) => known.has(subject) || free-- > 0);
}

/** Subjects in the order of their latest subscriptions. */
function createSubscribed() {
  const subjects = new Set<string>();

  return {
    add(latest: readonly string[]): void {
      for (const subject of latest) {
        subjects.delete(subject);
        subjects.add(subject);
      }
    },
    /** Those that somebody watches; the others are forgotten. */
    of(watched: Iterable<string>): ReadonlySet<string> {
      const kept = new Set(watched);
      for (const subject of subjects) if (!kept.has(subject)) subjects.delete(subject);
      return subjects;
    },
  };
}

/** What peers have asked for and do not watch yet. */
function createPending() {
  const byPeer = new Map<Peer, Set<Set<string>>>();

  return {
    *of(peer: Peer): Iterable<string> {
      for (const places of byPeer.get(peer) ?? []) yield* places;
    },
    /** The places of one command: what the peer gives up goes from them. */
    add(peer: Peer, subjects: readonly string[]): Set<string> {
      const places = new Set(subjects);
      byPeer.set(peer, (byPeer.get(peer) ?? new Set()).add(places));
      return places;
    },
    end(peer: Peer, places: Set<string>): void {
      const all = byPeer.get(peer);
      all?.delete(places);
      if (all?.size === 0) byPeer.delete(peer);
    },
    /** Answers with those that were there. */
    remove(peer: Peer, subjects: readonly string[]): ReadonlySet<string> {
      const all = [...(byPeer.get(peer) ?? [])];
      return new Set(subjects.filter((subject) => all.filter((places) => places.delete(subject)).length > 0));
    },
  };
}
