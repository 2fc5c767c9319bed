import type { Clock } from '../../lib/clock.ts';
import type { Bus, BusLine, BusMessages, BusTopic, LinkCounters } from './bus.ts';
import { BUS_VERSION, type Envelope, openEnvelope } from './envelope.ts';

export interface ReplicatedBusParts {
  /** Whoever listens in this process. */
  readonly local: Bus;
  /** The ways to other replicas. Each decides for itself whether it sends now. */
  readonly lines: readonly BusLine[];
  readonly count: (what: keyof LinkCounters) => void;
  readonly clock: Clock;
  /** False lets messages pass however old they are: for a drill that must notice. */
  readonly checkAge?: boolean;
}

/** The bus of several replicas: local listeners first, in the same turn, then whoever a line reaches. */
export function createReplicatedBus(parts: ReplicatedBusParts): Bus {
  const { local, lines, count, clock, checkAge = true } = parts;

  function receive<T extends BusTopic>(topic: T, envelope: unknown): void {
    const opened = openEnvelope(topic, envelope, { now: clock.now(), checkAge });
    if ('dropped' in opened) count(opened.dropped);
    else local.publish(topic, opened.message);
  }
  for (const line of lines) line.onReceive(receive);

  return {
    publish<T extends BusTopic>(topic: T, message: BusMessages[T]) {
      local.publish(topic, message);
      const envelope: Envelope = { version: BUS_VERSION, at: clock.now(), message };
      for (const line of lines) line.send(topic, envelope);
    },
    subscribe: local.subscribe,
  };
}
