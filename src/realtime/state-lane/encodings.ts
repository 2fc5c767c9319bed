import type { Dialect, EncodedEvent } from '../peer.ts';
import type { AnyTopic } from './topic.ts';

/** A value of a subject, encoded once per dialect however many peers read it. */
export interface Change {
  readonly topic: AnyTopic;
  readonly subject: string;
  readonly value: unknown;
  /** By the number of the dialect; null where the dialect has no words for the event. */
  readonly encoded: (EncodedEvent | null)[];
}

export interface Encodings {
  /** Dialects have numbers, because the lane asks for an encoding with every group and value. */
  numberOf(dialect: Dialect): number;
  /** The same change for the same value, so that it is not encoded again. */
  changeOf(topic: AnyTopic, subject: string, value: unknown): Change;
  encode(change: Change, dialect: number): EncodedEvent | null;
  /** The subject is no longer watched: its encodings need no memory. */
  forget(topic: AnyTopic, subject: string): void;
}

interface Known {
  /** Of subjects that are watched. */
  readonly bySubject: Map<string, Change>;
  /** Serves the peers of one user, or all peers, to whom one value is offered in turn. */
  last: Change | null;
}

export function createEncodings(isWatched: (topic: AnyTopic, subject: string) => boolean): Encodings {
  const dialects: Dialect[] = [];
  const topics = new Map<AnyTopic, Known>();

  function knownOf(topic: AnyTopic): Known {
    const known = topics.get(topic);
    if (known) return known;
    const empty: Known = { bySubject: new Map(), last: null };
    topics.set(topic, empty);
    return empty;
  }

  return {
    numberOf(dialect) {
      const number = dialects.indexOf(dialect);
      return number === -1 ? dialects.push(dialect) - 1 : number;
    },
    changeOf(topic, subject, value) {
      const known = knownOf(topic);
      const before = known.bySubject.get(subject) ?? known.last;
      if (before && before.value === value && before.subject === subject) return before;
      const change: Change = { topic, subject, value, encoded: [] };
      if (isWatched(topic, subject)) known.bySubject.set(subject, change);
      else known.last = change;
      return change;
    },
    encode({ topic, value, encoded }, number) {
      const known = encoded[number];
      if (known !== undefined) return known;
      const dialect = dialects[number]!;
      const event = topic.encode?.(value, dialect) ?? dialect.encode(topic.event, topic.toPayload(value));
      encoded[number] = event;
      return event;
    },
    forget: (topic, subject) => void topics.get(topic)?.bySubject.delete(subject),
  };
}
