import type { Change } from './encodings.ts';
import type { AnyTopic } from './topic.ts';

/** What one peer watches of one topic. */
export interface WatchedTopic {
  readonly topic: AnyTopic;
  readonly subjects: ReadonlySet<string>;
}

/** What one peer watches, each topic once. Few topics stand in a list: thousands of maps would be megabytes. */
export type Watched = readonly WatchedTopic[];

const NOTHING: ReadonlySet<string> = new Set();

export const subjectsOf = (watched: Watched, topic: AnyTopic): ReadonlySet<string> =>
  watched.find((one) => one.topic === topic)?.subjects ?? NOTHING;

/** Everything of one dialect that watches the same subjects and therefore receives the same bytes. */
export interface WatchGroup<Member> {
  readonly key: string;
  readonly dialect: number;
  readonly watched: Watched;
  readonly members: Set<Member>;
  /** Filled and emptied within one publication. */
  changes: Change[];
}

export interface WatchGroups<Member> {
  join(member: Member, dialect: number, watched: Watched): WatchGroup<Member>;
  leave(member: Member, group: WatchGroup<Member>): void;
  /** The groups of each watched subject. */
  watching(topic: AnyTopic): ReadonlyMap<string, ReadonlySet<WatchGroup<Member>>>;
}

/** `onUnwatched` is called when the last group that watched a subject is gone. */
export function createWatchGroups<Member>(
  onUnwatched: (topic: AnyTopic, subject: string) => void,
): WatchGroups<Member> {
  const groups = new Map<string, WatchGroup<Member>>();
  const bySubject = new Map<AnyTopic, Map<string, Set<WatchGroup<Member>>>>();
  const noGroups: ReadonlyMap<string, ReadonlySet<WatchGroup<Member>>> = new Map();

  function create(key: string, dialect: number, watched: Watched): WatchGroup<Member> {
    const group = { key, dialect, watched, members: new Set<Member>(), changes: [] };
    groups.set(key, group);
    for (const { topic, subjects } of watched) {
      const index = bySubject.get(topic) ?? new Map<string, Set<WatchGroup<Member>>>();
      bySubject.set(topic, index);
      for (const subject of subjects) index.set(subject, (index.get(subject) ?? new Set()).add(group));
    }
    return group;
  }

  function remove(group: WatchGroup<Member>): void {
    groups.delete(group.key);
    for (const { topic, subjects } of group.watched) {
      const index = bySubject.get(topic)!;
      for (const subject of subjects) {
        const watching = index.get(subject)!;
        watching.delete(group);
        if (watching.size > 0) continue;
        index.delete(subject);
        onUnwatched(topic, subject);
      }
    }
  }

  return {
    join(member, dialect, watched) {
      const key = keyOf(dialect, watched);
      const group = groups.get(key) ?? create(key, dialect, watched);
      group.members.add(member);
      return group;
    },
    leave(member, group) {
      if (group.members.delete(member) && group.members.size === 0) remove(group);
    },
    watching: (topic) => bySubject.get(topic) ?? noGroups,
  };
}

/** The same text for the same subjects, in whichever order they were asked for. */
const keyOf = (dialect: number, watched: Watched): string =>
  watched
    .map(({ topic: { event }, subjects }) => `${event}\n${[...subjects].sort().join('\n')}`)
    .sort()
    .concat(String(dialect))
    .join('\n\n');
