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
  /** Writes what is due in its latest values, as far as the peer has room for it. */
  flush(receiver: Receiver): void;
  flushAll(): void;
  remove(receiver: Receiver): void;
}

export function createBacklog(encodings: Encodings, sent: SentCounter): Backlog {
  const behind = new Set<Receiver>();

  /** What is due to the peer, oldest first, and as much of it as there is room for; at least one value. */
  function takeDue({ dialect }: Receiver, due: Map<AnyTopic, Set<string>>, room: number): EncodedEvent[] {
    const events: EncodedEvent[] = [];
    let bytes = 0;
    for (const [topic, subjects] of due) {
      if (bytes >= room) break;
      // Behind the other topics until all of it is written: none of them waits for a topic that always has more.
      due.delete(topic);
      for (const subject of subjects) {
        if (bytes >= room) {
          due.set(topic, subjects);
          break;
        }
        subjects.delete(subject);
        const value = topic.latest(subject);
        if (value === undefined) continue;
        const event = encodings.encode(encodings.changeOf(topic, subject, value), dialect);
        if (!event) continue;
        events.push(event);
        bytes += event.frame.length;
      }
    }
    return events;
  }

  function flush(receiver: Receiver): void {
    if (!receiver.due) return;
    const room = receiver.peer.room();
    if (room <= 0) return;
    const events = takeDue(receiver, receiver.due, room);
    if (receiver.due.size === 0) {
      receiver.due = null;
      behind.delete(receiver);
    }
    if (events.length === 0) return;
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
