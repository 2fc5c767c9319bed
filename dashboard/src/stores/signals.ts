import { createStore, type StoreApi } from 'zustand/vanilla';
import { MAX_SIGNALS_PAGE } from '../../../src/protocol/limits.ts';
import type { SignalPayload } from '../../../src/protocol/signals.ts';
import { includesTier, type Tier } from '../../../src/protocol/tier.ts';

/** Of each stream, so that a busy one does not drive out the other: what the server sends at most in one answer. */
const NEWEST_KEPT = MAX_SIGNALS_PAGE;

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
  /** Whether the server has older ones than these, as far as this page knows. */
  readonly hasOlder: boolean;
  /** As far as this page knows. */
  readonly tier: Tier;
}

export interface SignalsStore extends StoreApi<SignalsState> {
  push(signal: SignalPayload): void;
  /** Replaces the newest by the answer to a request made at `askedAt`; what was pushed since then, or was added as older, stays. */
  answer(signals: readonly SignalPayload[], askedAt: number): void;
  /** Adds a page of older ones. */
  addOlder(signals: readonly SignalPayload[]): void;
  setHasOlder(hasOlder: boolean): void;
  fail(sentence: string): void;
  /** A tier without premium signals loses those that are here; older ones of another tier are no longer kept. */
  setTier(tier: Tier): void;
}

/** A signal's key for as long as it lives; its revisions share it. */
export const keyOf = ({ source, id }: Pick<SignalPayload, 'source' | 'id'>): string => `${source} ${id}`;

export const readsPremium = (tier: Tier): boolean => includesTier(tier, 'PROFESSIONAL');

const newestFirst = (a: SignalPayload, b: SignalPayload): number =>
  Date.parse(b.timestamp) - Date.parse(a.timestamp) || b.seq - a.seq;

export function createSignalsStore(tier: Tier, now: () => number): SignalsStore {
  const store = createStore<SignalsState>(() => ({
    ...{ signals: [], settled: false, error: null, hasOlder: false },
    tier,
  }));
  /** Names of those that were asked for as older. */
  const older = new Set<string>();

  const shown = (next: SignalPayload, known: ShownSignal | undefined, live: boolean): ShownSignal => {
    if (known && known.revision >= next.revision) return known;
    return { ...next, receivedAt: now(), live, before: known ?? null };
  };
  /** Newest first; of each stream the newest, and what the reader has asked for. */
  const ordered = (signals: Iterable<ShownSignal>): ShownSignal[] => {
    const counts = new Map<string, number>();
    return [...signals].sort(newestFirst).filter((signal) => {
      if (older.has(keyOf(signal))) return true;
      const count = (counts.get(signal.stream) ?? 0) + 1;
      counts.set(signal.stream, count);
      return count <= NEWEST_KEPT;
    });
  };
  const byKey = () => new Map(store.getState().signals.map((signal) => [keyOf(signal), signal]));

  return {
    ...store,
    push(next) {
      const known = byKey();
      const key = keyOf(next);
      known.set(key, shown(next, known.get(key), true));
      store.setState({ signals: ordered(known.values()) });
    },
    answer(answered, askedAt) {
      const known = byKey();
      const { tier: present } = store.getState();
      const readable = answered.filter(({ premium }) => !premium || readsPremium(present));
      const signals = new Map(readable.map((one) => [keyOf(one), shown(one, known.get(keyOf(one)), false)]));
      for (const [key, signal] of known)
        if ((signal.live && signal.receivedAt >= askedAt) || (older.has(key) && !signals.has(key)))
          signals.set(key, signal);
      store.setState({ signals: ordered(signals.values()), settled: true, error: null });
    },
    addOlder(page) {
      const known = byKey();
      for (const signal of page) {
        const key = keyOf(signal);
        older.add(key);
        known.set(key, shown(signal, known.get(key), false));
      }
      store.setState({ signals: ordered(known.values()) });
    },
    setHasOlder: (hasOlder) => store.setState({ hasOlder }),
    fail: (error) => store.setState({ error, settled: true }),
    setTier(next) {
      const { signals, tier: before } = store.getState();
      if (next !== before) older.clear();
      const readable = readsPremium(next) ? signals : signals.filter(({ premium }) => !premium);
      store.setState({ tier: next, signals: readable });
    },
  };
}
