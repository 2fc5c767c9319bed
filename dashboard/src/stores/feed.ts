import { createStore, type StoreApi } from 'zustand/vanilla';
import type { FeedHealth } from '../../../src/protocol/health-payloads.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import type { Api } from '../lib/api.ts';
import { every, type Timers } from '../lib/timers.ts';
import type { KeyedStore, Shown } from './keyed.ts';

/** The state of the feed changes seldom, and its quotes say the rest. */
const FEED_HEALTH_INTERVAL_MS = 30_000;
/** States of a quote that say where prices come from; others, as `stale` and `closed`, say nothing about that. */
const SOURCES: readonly string[] = ['live', 'delayed', 'simulated', 'replay'];

type Quotes = Readonly<Record<string, Shown<QuotePayload>>>;

export interface FeedState {
  /** What the server reports of the source of the prices of stocks. */
  readonly feed: FeedHealth | null;
  /** When the server last said that the feed of contracts has stopped, milliseconds since epoch; null where it runs. */
  readonly optionsStoppedAt: number | null;
  /** When the last price of a contract came, milliseconds since epoch; null where none has, or nothing is known. */
  readonly optionsTickAt: number | null;
  /** Where the newest quotes come from: `live`, `delayed`, `simulated`, `replay`. */
  readonly source: string | null;
}

export interface FeedStore extends StoreApi<FeedState> {
  load(): Promise<void>;
  /** Asks now and then; returns what ends it. */
  start(): () => void;
}

export interface FeedOptions {
  readonly api: Pick<Api, 'feedHealth'>;
  readonly timers: Timers;
  readonly quotes: KeyedStore<QuotePayload>;
}

/** States of a feed in which no price is renewed. */
const STOPPED: readonly FeedHealth['state'][] = ['down', 'refused', 'ended'];

export const isStopped = (feed: FeedHealth | null): boolean => feed !== null && STOPPED.includes(feed.state);

/** Where the prices come from, and whether they flow. */
export function createFeedStore({ api, timers, quotes }: FeedOptions): FeedStore {
  const store = createStore<FeedState>(() => ({
    feed: null,
    optionsStoppedAt: null,
    optionsTickAt: null,
    source: null,
  }));

  async function load() {
    const feeds = await api.feedHealth().catch(() => null);
    const now = timers.now();
    const options = feeds?.options ?? null;
    const age = options?.lastTickAgeMs ?? null;
    store.setState({
      feed: feeds?.stocks ?? null,
      optionsStoppedAt: isStopped(options) ? now : null,
      optionsTickAt: age === null ? null : now - age,
    });
  }

  function note(now: Quotes, before: Quotes) {
    const changed = Object.values(now).filter((quote) => quote !== before[quote.symbol]);
    const source = changed.map(({ state }) => state).findLast((state) => SOURCES.includes(state));
    // Each notification renders the header, and quotes come with every frame.
    if (source !== undefined && source !== store.getState().source) store.setState({ source });
  }

  return {
    ...store,
    load,
    start() {
      void load();
      const stop = every(timers, FEED_HEALTH_INTERVAL_MS, () => void load());
      note(quotes.getState().bySubject, {});
      const unfollow = quotes.subscribe((now, before) => note(now.bySubject, before.bySubject));
      return () => {
        stop();
        unfollow();
      };
    },
  };
}
