import type { Bus } from '../../domain/bus/bus.ts';
import { createEmitter, type Emitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';

/** The bus of one process: a listener that throws is logged and stops neither the publisher nor its neighbours. */
export function createLocalBus(log: Log): Bus {
  // The topic decides the type of the message; `never` lets one map hold every emitter.
  const emitters = new Map<string, Emitter<[message: never]>>();

  function emitterOf(topic: string): Emitter<[message: never]> {
    const known = emitters.get(topic);
    if (known) return known;
    const made = createEmitter<[message: never]>((error) =>
      log.error({ err: error, topic }, 'a bus listener failed'),
    );
    emitters.set(topic, made);
    return made;
  }

  return {
    publish: (topic, message) => emitters.get(topic.name)?.emit(message as never),
    subscribe: (topic, listener) => emitterOf(topic.name).on(listener),
  };
}
