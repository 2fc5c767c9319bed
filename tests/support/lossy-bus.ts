import type { Bus } from '../../src/domain/bus/bus.ts';
import type { Topic } from '../../src/domain/bus/topic.ts';

/** A bus of which one replica receives only what the test lets pass. */
export interface LossyBus {
  /** For `overrides.wrap.bus`. */
  readonly wrap: (bus: Bus) => Bus;
  /** From now on fitting messages are lost here; returns what ends that. */
  lose<Message>(topic: Topic<Message>, fits?: (message: Message) => boolean): () => void;
  /** From now on each message of the topic arrives this many times. */
  repeat(topic: Topic, times: number): () => void;
  /** Messages lost so far. */
  lost(): number;
}

export function createLossyBus(): LossyBus {
  const losses = new Set<{ topic: string; fits: (message: never) => boolean }>();
  const repeats = new Map<string, number>();
  let lost = 0;

  return {
    wrap: (bus) => ({
      publish: bus.publish,
      subscribe: (topic, listener) =>
        bus.subscribe(topic, (message) => {
          if ([...losses].some((loss) => loss.topic === topic.name && loss.fits(message as never))) {
            lost += 1;
            return;
          }
          for (let time = 0; time < (repeats.get(topic.name) ?? 1); time++) listener(message);
        }),
    }),
    lose(topic, fits = () => true) {
      const loss = { topic: topic.name, fits: fits as (message: never) => boolean };
      losses.add(loss);
      return () => losses.delete(loss);
    },
    repeat(topic, times) {
      repeats.set(topic.name, times);
      return () => repeats.delete(topic.name);
    },
    lost: () => lost,
  };
}
