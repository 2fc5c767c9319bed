import { BUS_VERSION, type Envelope } from './envelope.ts';
import { toItem } from './relay-frames.ts';
import type { Conflation, Topic } from './topic.ts';

/** What leaves over the relay once a second, topic by topic. */
export interface RelayConflation {
  /** False where every message of the topic counts: then the message was not added. */
  add(topic: Topic, envelope: Envelope): boolean;
  /** At most `limit` items of each topic; the rest stays for the next time. */
  take(limit: number): string[];
  clear(): void;
}

interface Gathered {
  readonly messages: Conflation<unknown>;
  /** When the newest of them was published. */
  at: number;
}

/** `maxBytes` bounds one item. */
export function createRelayConflation(maxBytes: number): RelayConflation {
  const gathered = new Map<string, Gathered>();

  return {
    add(topic, { at, message }) {
      const known = gathered.get(topic.name);
      if (known) {
        known.at = at;
        known.messages.add(message);
        return true;
      }
      const envelopeBytes = itemOf(topic.name, at, '').length;
      const messages = topic.conflation?.(maxBytes - envelopeBytes);
      if (!messages) return false;
      messages.add(message);
      gathered.set(topic.name, { messages, at });
      return true;
    },
    take: (limit) =>
      [...gathered].flatMap(([name, { messages, at }]) =>
        messages.take(limit).map((message) => itemOf(name, at, message)),
      ),
    clear() {
      for (const { messages } of gathered.values()) messages.clear();
    },
  };
}

const itemOf = (name: string, at: number, message: unknown): string =>
  toItem(name, { version: BUS_VERSION, at, message });
