import { createStore, type StoreApi } from 'zustand/vanilla';
import { MAX_SIGNALS_PAGE } from '../../../src/protocol/limits.ts';
import type { SignalPayload } from '../../../src/protocol/signals.ts';
import { includesTier, type Tier } from '../../../src/protocol/tier.ts';

/**
 * Of each stream, so that a busy one does not drive out the other: what the server sends at most in one answer, and as many
 * again for each page of older ones that the reader asked for. So nothing goes from the middle of the list.
 */
const KEPT_A_PAGE = MAX_SIGNALS_PAGE;

/** The newest revision of a signal that is known here. */
export interface ShownSignal extends SignalPayload {
  /** When this browser received it, milliseconds since epoch. */
  readonly receivedAt: number;
  /** It was pushed while this page was open. */
  readonly live: boolean;
  /** The revision before, where this page had it. */
  readonly before: SignalPayload | null;
}

export interface SignalsState {
  /** Newest first. */
  readonly signals: readonly ShownSignal[];
  /** False until the first answer, or the first failure. */
  readonly settled: boolean;
  /** Why the last request failed; null once one has succeeded. */
  readonly error: string | null;
  /** The place behind which the server may have older ones; null where the list is complete, as far as this page knows. */
  readonly olderFrom: string | null;
  /** As far as this page knows. */
  readonly tier: Tier;
}

export interface NewestSignals {
  /** Of both streams, newest first. */
  readonly newest: readonly SignalPayload[];
  /** Premium ones that free ones crowd out of that page. */
  readonly premium: readonly SignalPayload[];
}

export interface SignalsStore extends StoreApi<SignalsState> {
  push(signal: SignalPayload): void;
  /** Takes the answer to a request for the newest that was made at `askedAt`. What was pushed since then stays. */
  answer(answered: NewestSignals, askedAt: number): void;
  /** A page of older ones is asked for: until it comes nothing is cut before its place. */
  makeRoom(): void;
  /** Adds the page of older ones behind `olderFrom`. */
  addOlder(page: readonly SignalPayload[]): void;
  /** Nothing was missed: the list is up to date, whatever became of the last request. False where no list was answered yet. */
  upToDate(): boolean;
  fail(sentence: string): void;
  /** A tier without premium signals loses those that are here; older ones of another tier are no longer kept. */
  setTier(tier: Tier): void;
}

/** A signal's key for as long as it lives; its revisions share it. */
export const keyOf = ({ source, id }: Pick<SignalPayload, 'source' | 'id'>): string => `${source} ${id}`;

export const readsPremium = (tier: Tier): boolean => includesTier(tier, 'PROFESSIONAL');

const newestFirst = (a: SignalPayload, b: SignalPayload): number =>
  Date.parse(b.timestamp) - Date.parse(a.timestamp) || b.seq - a.seq;

const placeOf = ({ stream, seq }: SignalPayload): string => `${stream}:${seq}`;

/** A full page has another behind it, as far as anybody knows. */
const behind = (page: readonly SignalPayload[]): string | null => {
  const last = page.length === MAX_SIGNALS_PAGE ? page.at(-1) : undefined;
  return last ? placeOf(last) : null;
};

/** Of each stream the newest `most`, by their numbers; and the oldest that is left of one that lost some. */
function cut(signals: readonly ShownSignal[], most: number) {
  const streams = [...Map.groupBy(signals, ({ stream }) => stream).values()].map((ofStream) =>
    ofStream.sort((a, b) => b.seq - a.seq),
  );
  const edges = streams.flatMap((ofStream) => (ofStream.length > most ? [ofStream[most - 1]!] : []));
  return {
    kept: streams.flatMap((ofStream) => ofStream.slice(0, most)).sort(newestFirst),
    edge: edges.sort(newestFirst)[0],
  };
}

export function createSignalsStore(tier: Tier, now: () => number): SignalsStore {
  const store = createStore<SignalsState>(() => ({
    ...{ signals: [], settled: false, error: null, olderFrom: null },
    tier,
  }));
  /** Pages of older ones that the reader asked for. */
  let pages = 0;
  let answeredOnce = false;

  const shown = (next: SignalPayload, known: ShownSignal | undefined, live: boolean): ShownSignal => {
    if (known && known.revision >= next.revision) return known;
    return { ...next, receivedAt: now(), live, before: known ?? null };
  };
  const byKey = () => new Map(store.getState().signals.map((signal) => [keyOf(signal), signal]));
  /** What is cut can be had again behind what is left. */
  function put(signals: Iterable<ShownSignal>, rest: Partial<SignalsState> = {}): void {
    const { kept, edge } = cut([...signals], KEPT_A_PAGE * (1 + pages));
    store.setState({ ...rest, signals: kept, ...(edge && { olderFrom: placeOf(edge) }) });
  }

  return {
    ...store,
    push(next) {
      const known = byKey();
      const key = keyOf(next);
      known.set(key, shown(next, known.get(key), true));
      put(known.values());
    },
    answer({ newest, premium }, askedAt) {
      const known = byKey();
      const { tier: present, olderFrom } = store.getState();
      const readable = [...newest, ...premium].filter((one) => !one.premium || readsPremium(present));
      const signals = new Map(readable.map((one) => [keyOf(one), shown(one, known.get(keyOf(one)), false)]));
      // A page without anything known has a gap behind it, where the list begins anew.
      const joins =
        newest.length < MAX_SIGNALS_PAGE ||
        newest.some((one) => known.get(keyOf(one))?.revision === one.revision);
      const stays = pages > 0 && joins;
      if (!stays) pages = 0;
      for (const [key, signal] of known)
        if ((stays || (signal.live && signal.receivedAt >= askedAt)) && !signals.has(key))
          signals.set(key, signal);
      answeredOnce = true;
      put(signals.values(), { settled: true, error: null, olderFrom: stays ? olderFrom : behind(newest) });
    },
    makeRoom() {
      pages++;
    },
    addOlder(page) {
      const known = byKey();
      for (const signal of page) known.set(keyOf(signal), shown(signal, known.get(keyOf(signal)), false));
      put(known.values(), { olderFrom: behind(page) });
    },
    upToDate() {
      if (answeredOnce) store.setState({ error: null });
      return answeredOnce;
    },
    fail: (error) => store.setState({ error, settled: true }),
    setTier(next) {
      const { signals, tier: before, olderFrom } = store.getState();
      const readable = readsPremium(next) ? signals : signals.filter(({ premium }) => !premium);
      if (next === before) return;
      pages = 0;
      // The place may be one of a stream that is closed now.
      const oldest = readable.toSorted((a, b) => a.seq - b.seq).find(({ premium }) => !premium);
      put(readable, { tier: next, olderFrom: olderFrom && oldest ? placeOf(oldest) : null });
    },
  };
}
