import { hash } from 'node:crypto';
import type { Change } from './encodings.ts';
import type { AnyTopic } from './topic.ts';

/** A subject that is watched, with the groups that watch it. A set for each of them would be half of a group's memory. */
interface Watchable<Member> {
  readonly name: string;
  readonly topic: AnyTopic;
  /** Those without members have gone, and are removed when they are half of them. */
  groups: WatchGroup<Member>[];
  gone: number;
}

/** What one peer watches of one topic. */
export interface WatchedTopic {
  readonly topic: AnyTopic;
  /** Sorted. */
  readonly subjects: readonly string[];
}

/** What one peer watches, each topic once. Few topics stand in a list: thousands of maps would be megabytes. */
export type Watched = readonly WatchedTopic[];

const NOTHING: readonly string[] = [];

export const subjectsOf = (watched: Watched, topic: AnyTopic): readonly string[] =>
  watched.find((one) => one.topic === topic)?.subjects ?? NOTHING;

/** Everything of one dialect that watches the same subjects and therefore receives the same bytes. */
export interface WatchGroup<Member> {
  readonly key: string;
  readonly dialect: number;
  readonly watched: Watched;
  /** A new list where a member leaves, so that a loop over it goes on. */
  members: Member[];
  /** Null but within one publication. */
  changes: Change[] | null;
}

export interface WatchGroups<Member> {
  join(member: Member, dialect: number, watched: Watched): WatchGroup<Member>;
  leave(member: Member, group: WatchGroup<Member>): void;
  /** The groups that watch a subject; some may have no members any more. */
  watching(topic: AnyTopic, subject: string): readonly WatchGroup<Member>[];
  isWatched(topic: AnyTopic, subject: string): boolean;
  /** All watched subjects of the topic. */
  subjects(topic: AnyTopic): Iterable<string>;
  topics(): Iterable<AnyTopic>;
}

/** `onUnwatched` is called when the last group that watched a subject is gone. */
export function createWatchGroups<Member>(
  onUnwatched: (topic: AnyTopic, subject: string) => void,
): WatchGroups<Member> {
  const groups = new Map<string, WatchGroup<Member>>();
  const bySubject = new Map<AnyTopic, Map<string, Watchable<Member>>>();

  function watchableOf(topic: AnyTopic, name: string): Watchable<Member> {
    const index = bySubject.get(topic) ?? new Map<string, Watchable<Member>>();
    bySubject.set(topic, index);
    const known = index.get(name);
    if (known) return known;
    const watchable: Watchable<Member> = { name, topic, groups: [], gone: 0 };
    index.set(name, watchable);
    return watchable;
  }

  function create(key: string, dialect: number, wanted: Watched): WatchGroup<Member> {
    const watchables = wanted.map(({ topic, subjects }) => subjects.map((name) => watchableOf(topic, name)));
    // One string for all groups, where each peer's command brought its own.
    const watched = wanted.map(({ topic }, at) => ({
      topic,
      subjects: watchables[at]!.map(({ name }) => name),
    }));
    const group: WatchGroup<Member> = { key, dialect, watched, members: [], changes: null };
    groups.set(key, group);
    for (const list of watchables) for (const watchable of list) watchable.groups.push(group);
    return group;
  }

  function remove(group: WatchGroup<Member>): void {
    groups.delete(group.key);
    for (const { topic, subjects } of group.watched)
      for (const name of subjects) loseOne(bySubject.get(topic)!.get(name)!);
  }

  function loseOne(watchable: Watchable<Member>): void {
    watchable.gone += 1;
    const { topic, name, gone } = watchable;
    if (gone === watchable.groups.length) {
      bySubject.get(topic)!.delete(name);
      onUnwatched(topic, name);
    } else if (gone * 2 > watchable.groups.length) {
      watchable.groups = watchable.groups.filter(({ members }) => members.length > 0);
      watchable.gone = 0;
    }
  }

  return {
    join(member, dialect, watched) {
      const key = keyOf(dialect, watched);
      const group = groups.get(key) ?? create(key, dialect, watched);
      if (group.members.length === 0) group.members = [member];
      else group.members.push(member);
      return group;
    },
    leave(member, group) {
      const rest = group.members.filter((one) => one !== member);
      if (rest.length === group.members.length) return;
      group.members = rest;
      if (rest.length === 0) remove(group);
    },
    watching: (topic, subject) => bySubject.get(topic)?.get(subject)?.groups ?? [],
    isWatched: (topic, subject) => bySubject.get(topic)?.has(subject) ?? false,
    subjects: (topic) => bySubject.get(topic)?.keys() ?? [],
    topics: () => bySubject.keys(),
  };
}

/** The same for the same subjects; short, because each group keeps it. */
function keyOf(dialect: number, watched: Watched): string {
  const names = watched.map(({ topic: { event }, subjects }) => `${event}\n${subjects.join('\n')}`);
  return hash('sha256', names.sort().concat(String(dialect)).join('\n\n'), 'base64');
}
