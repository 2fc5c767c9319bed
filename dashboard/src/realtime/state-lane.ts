import type { PayloadOf, ServerToClientEvents, StateEventName } from '../../../src/protocol/events.ts';
import type { Api } from '../lib/api.ts';
import type { Frame } from '../lib/frame.ts';
import type { Timers } from '../lib/timers.ts';
import { createKeyedStore, type KeyedStore, SINGLE } from '../stores/keyed.ts';
import {
  KEYED_TOPICS,
  type KeyedTopicName,
  TOPIC_NAMES,
  TOPICS,
  type Topic,
  type TopicName,
  type ValueOf,
} from './topics.ts';
import type { Subscribe } from './wire.ts';

export type States = { readonly [N in TopicName]: KeyedStore<ValueOf<N>> };

export interface StateLane {
  /** A store for each topic. */
  readonly states: States;
  /** Requests a topic's values over HTTP. Rejects with the reason, which its store holds too. */
  load(name: TopicName): Promise<void>;
  /** The same, unless values are here or on their way: panels that open together request them once. */
  loadFirst(name: TopicName): Promise<void>;
  /** Requests everything that is shown. Rejects where the server cannot be reached. */
  refresh(): Promise<void>;
  stop(): void;
}

export interface StateLaneOptions {
  readonly api: Api;
  readonly timers: Timers;
  readonly frame: Frame;
  readonly subscribe: Subscribe;
  /** The subjects that the page shows. */
  wanted(name: KeyedTopicName): readonly string[];
}

interface OpenTopic<Value> {
  readonly store: KeyedStore<Value>;
  load(subjects: () => readonly string[]): Promise<void>;
  stop(): void;
}
type OpenTopics = { readonly [N in TopicName]: OpenTopic<ValueOf<N>> };

/** The state lane in the browser: what is pushed, and what is fetched in its absence, in one store per topic. */
export function createStateLane({ api, timers, frame, subscribe, wanted }: StateLaneOptions): StateLane {
  function open<E extends StateEventName>(topic: Topic<E>): OpenTopic<PayloadOf<E>> {
    const store = createKeyedStore<PayloadOf<E>>({ ...topic, frame, timers });
    return {
      store,
      stop: subscribe(topic.event, store.push as ServerToClientEvents[E]),
      async load(subjects) {
        const asked = subjects();
        if (asked.length === 0) return;
        const askedAt = timers.now();
        try {
          const values = await topic.fetch(api, asked);
          // What was let go of meanwhile is forgotten already.
          const wanted = new Set(subjects());
          store.answer(
            values.filter((value) => wanted.has(topic.subject(value))),
            askedAt,
          );
        } catch (error) {
          store.fail((error as Error).message);
          throw error;
        }
      },
    };
  }
  const first = new Map<TopicName, Promise<void>>();

  // Over a list of names the types of names and values part; the declaration of TOPICS holds them together.
  const over = <T>(make: (name: TopicName) => T) =>
    Object.fromEntries(TOPIC_NAMES.map((name) => [name, make(name)]));
  const topics = over((name) => open(TOPICS[name] as Topic)) as OpenTopics;

  const load = (name: TopicName): Promise<void> =>
    topics[name].load(() => (isKeyed(name) ? wanted(name) : [SINGLE]));

  return {
    states: over((name) => topics[name].store) as States,
    load,
    async loadFirst(name) {
      if (Object.keys(topics[name].store.getState().bySubject).length > 0) return;
      const request = first.get(name) ?? load(name).finally(() => first.delete(name));
      first.set(name, request);
      await request;
    },
    async refresh() {
      const loads = TOPIC_NAMES.map((name) =>
        load(name).catch((error) => {
          if (isEssential(name)) throw error;
        }),
      );
      const lost = (await Promise.allSettled(loads)).find(({ status }) => status === 'rejected');
      if (lost?.status === 'rejected') throw lost.reason;
    },
    stop() {
      for (const name of TOPIC_NAMES) topics[name].stop();
    },
  };
}

const isEssential = (name: TopicName): boolean => (TOPICS[name] as Topic).essential === true;
const isKeyed = (name: TopicName): name is KeyedTopicName => name in KEYED_TOPICS;
