import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Frame } from '../lib/frame.ts';
import type { Timers } from '../lib/timers.ts';

/** The subject of a topic that has one value. */
export const SINGLE = '';

/** A value, and when this browser received it (milliseconds since epoch). */
export type Shown<T> = T & { readonly receivedAt: number };

export interface KeyedState<T> {
  readonly bySubject: Readonly<Record<string, Shown<T>>>;
  /** Why the last request failed; null once a value has come. */
  readonly error: string | null;
}

export interface KeyedStore<T> extends StoreApi<KeyedState<T>> {
  /** A value that the server pushed; the screen shows it in the next frame. */
  push(value: T): void;
  /** The answer to a request made at `askedAt`; values pushed since then are newer and stay. */
  answer(values: readonly T[], askedAt: number): void;
  fail(sentence: string): void;
  /** Nothing more comes of these subjects, and nobody reads them. */
  forget(subjects: readonly string[]): void;
}

export interface KeyedOptions<T> {
  subject(value: T): string;
  /** Lets unchanged parts of a value keep their object, so that their rows are not rendered again. */
  keep?(before: Shown<T>, next: Shown<T>): Shown<T>;
  readonly frame: Frame;
  readonly timers: Timers;
}

/**
 * The latest value of each subject of a topic. However many arrive, state changes once a frame, and only changed
 * subjects get a new object.
 */
export function createKeyedStore<T extends object>(options: KeyedOptions<T>): KeyedStore<T> {
  const { subject, keep = (_, next) => next, frame, timers } = options;
  const store = createStore<KeyedState<T>>(() => ({ bySubject: {}, error: null }));
  const waiting = new Map<string, Shown<T>>();
  const leaving = new Set<string>();

  const commit = () => {
    const { bySubject, error } = store.getState();
    const changed = [...waiting].map(([key, next]) => {
      const before = bySubject[key];
      return [key, before ? keep(before, next) : next] as const;
    });
    const next = { ...bySubject, ...Object.fromEntries(changed) };
    for (const key of leaving) delete next[key];
    waiting.clear();
    leaving.clear();
    store.setState({ bySubject: next, error: changed.length > 0 ? null : error });
  };

  const push = (value: T) => {
    const key = subject(value);
    leaving.delete(key);
    waiting.set(key, { ...value, receivedAt: timers.now() });
    frame.schedule(commit);
  };

  return {
    ...store,
    push,
    answer(values, askedAt) {
      for (const value of values) {
        const key = subject(value);
        const held = waiting.get(key) ?? store.getState().bySubject[key];
        if (!held || held.receivedAt <= askedAt) push(value);
      }
    },
    fail: (error) => store.setState({ error }),
    forget(subjects) {
      for (const key of subjects) {
        waiting.delete(key);
        leaving.add(key);
      }
      frame.schedule(commit);
    },
  };
}
