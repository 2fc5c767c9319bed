import type { Bus, BusMessages, BusTopic } from '../../src/domain/bus/bus.ts';

/** A bus of which one replica hears only what the test lets through. */
export interface LossyBus {
  /** For `overrides.wrap.bus`. */
  readonly wrap: (bus: Bus) => Bus;
  /** From now on what fits is not heard here; returns what ends that. */
  lose<T extends BusTopic>(topic: T, fits?: (message: BusMessages[T]) => boolean): () => void;
  /** From now on each message of the topic is heard this many times. */
  repeat(topic: BusTopic, times: number): () => void;
  /** Messages lost so far. */
  lost(): number;
}

export function createLossyBus(): LossyBus {
  const losses = new Set<{ topic: BusTopic; fits: (message: never) => boolean }>();
  const repeats = new Map<BusTopic, number>();
  let lost = 0;

  return {
    wrap: (bus) => ({
      publish: bus.publish,
      subscribe: (topic, listener) =>
        bus.subscribe(topic, (message) => {
          if ([...losses].some((loss) => loss.topic === topic && loss.fits(message as never))) {
            lost += 1;
            return;
          }
          for (let time = 0; time < (repeats.get(topic) ?? 1); time++) listener(message);
        }),
    }),
    lose(topic, fits = () => true) {
      const loss = { topic, fits: fits as (message: never) => boolean };
      losses.add(loss);
      return () => losses.delete(loss);
    },
    repeat(topic, times) {
      repeats.set(topic, times);
      return () => repeats.delete(topic);
    },
    lost: () => lost,
  };
}
