import type { EncodedEvent, Peer } from '../peer.ts';
import type { Encodings } from './encodings.ts';
import type { SentCounter } from './sent-counter.ts';
import type { AnyTopic } from './topic.ts';

/** A peer to which values may be due. */
export interface Receiver {
  readonly peer: Peer;
  /** Its number in `Encodings`. */
  readonly dialect: number;
  /** Subjects whose latest value is due. */
  due: Map<AnyTopic, Set<string>> | null;
}

/** What is due to peers: subjects and not values, so that a paused reader costs a set of names. */
export interface Backlog {
  add(receiver: Receiver, topic: AnyTopic, subject: string): void;
  /** Nothing else of the topic is due any more. */
  retain(receiver: Receiver, topic: AnyTopic, subjects: ReadonlySet<string>): void;
  /** Writes everything that is due in its latest values, if the peer can be written to. */
  flush(receiver: Receiver): void;
  flushAll(): void;
  remove(receiver: Receiver): void;
}

export function createBacklog(encodings: Encodings, sent: SentCounter): Backlog {
  const behind = new Set<Receiver>();

  function encodeLatest({ dialect, due }: Receiver): EncodedEvent[] {
    const events: EncodedEvent[] = [];
    for (const [topic, subjects] of due ?? []) {
      for (const subject of subjects) {
        const value = topic.latest(subject);
        if (value === undefined) continue;
        const event = encodings.encode(encodings.changeOf(topic, subject, value), dialect);
        if (event) events.push(event);
      }
    }
    return events;
  }

  function flush(receiver: Receiver): void {
    if (!receiver.due || !receiver.peer.isWritable()) return;
    const events = encodeLatest(receiver);
    receiver.due = null;
    behind.delete(receiver);
    receiver.peer.write(events);
    sent.add(events, 1);
    sent.report();
  }

  return {
    flush,
    add(receiver, topic, subject) {
      receiver.due ??= new Map();
      const subjects = receiver.due.get(topic);
      if (subjects?.has(subject)) topic.onConflated?.();
      else if (subjects) subjects.add(subject);
      else receiver.due.set(topic, new Set([subject]));
      behind.add(receiver);
    },
    retain(receiver, topic, subjects) {
      const due = receiver.due?.get(topic);
      for (const subject of due ?? []) if (!subjects.has(subject)) due?.delete(subject);
    },
    flushAll() {
      for (const receiver of behind) flush(receiver);
    },
    remove: (receiver) => void behind.delete(receiver),
  };
}
