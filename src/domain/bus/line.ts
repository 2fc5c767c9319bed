import type { Envelope } from './envelope.ts';
import type { Topic } from './topic.ts';

/** One way between replicas: sends and receives envelopes. */
export interface BusLine {
  /** Never throws and never waits: what cannot be sent is lost, and counted. */
  send<Message>(topic: Topic<Message>, envelope: Envelope<Message>): void;
  /** Passes on what other replicas sent, unchecked, under the name of its topic. There is one listener. */
  onReceive(listener: (name: string, envelope: unknown) => void): void;
}
