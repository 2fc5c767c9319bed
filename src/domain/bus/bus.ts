import type { Cancel } from '../../lib/clock.ts';
import type { Topic } from './topic.ts';

/** Messages between replicas. The bus carries only what may be lost: the database keeps the truth. */
export interface Bus {
  /** Never throws and never waits: what cannot be sent is lost. Local subscribers receive it in the same turn. */
  publish<Message>(topic: Topic<Message>, message: NoInfer<Message>): void;
  /** Returns what ends the subscription. */
  subscribe<Message>(topic: Topic<Message>, listener: (message: Message) => void): Cancel;
}
