import type { Clock } from '../../lib/clock.ts';
import type { Bus } from './bus.ts';
import { BUS_VERSION, type Envelope, openEnvelope } from './envelope.ts';
import type { BusLine } from './line.ts';
import type { LinkCounters } from './link.ts';
import type { Topic } from './topic.ts';

export interface ReplicatedBusParts {
  /** Reaches the listeners of this process. */
  readonly local: Bus;
  /** The ways to other replicas. Each decides for itself whether it sends now. */
  readonly lines: readonly BusLine[];
  /** Every topic of this version; another name is of another version, and is counted as `version`. */
  readonly topics: readonly Topic[];
  readonly count: (what: keyof LinkCounters) => void;
  readonly clock: Clock;
}

/** The bus of several replicas: local listeners first, in the same turn, then the replicas that a line reaches. */
export function createReplicatedBus(parts: ReplicatedBusParts): Bus {
  const { local, lines, count, clock } = parts;
  const topics = new Map(parts.topics.map((topic) => [topic.name, topic]));

  function receive(name: string, envelope: unknown): void {
    const topic = topics.get(name);
    if (topic === undefined) {
      count('version');
      return;
    }
    const opened = openEnvelope(topic, envelope, clock.now());
    if ('dropped' in opened) count(opened.dropped);
    else local.publish(topic, opened.message);
  }
  for (const line of lines) line.onReceive(receive);

  return {
    publish<Message>(topic: Topic<Message>, message: Message) {
      local.publish<Message>(topic, message);
      const envelope: Envelope<Message> = { version: BUS_VERSION, at: clock.now(), message };
      for (const line of lines) line.send(topic, envelope);
    },
    subscribe(topic, listener) {
      // Otherwise it would work on one replica and never between two.
      if (topics.get(topic.name) !== topic) throw new Error(`the topic ${topic.name} is not in the list`);
      return local.subscribe(topic, listener);
    },
  };
}
