import type { Bus, BusTopic } from '../../domain/bus/bus.ts';
import type { Log } from '../../lib/log.ts';

/** The bus of one process: a listener that throws is logged and stops neither the sender nor its neighbours. */
export function createLocalBus(log: Log): Bus {
  // The topic decides the type of the message; `never` lets one map hold them all.
  const listeners = new Map<BusTopic, Set<(message: never) => void>>();

  return {
    publish(topic, message) {
      for (const listener of listeners.get(topic) ?? []) {
        try {
          listener(message as never);
        } catch (error) {
          log.error({ err: error, topic }, 'a bus listener failed');
        }
      }
    },
    subscribe(topic, listener) {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(listener));
      return () => set.delete(listener);
    },
  };
}
