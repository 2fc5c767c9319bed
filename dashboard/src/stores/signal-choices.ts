import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SignalPayload, SignalStream } from '../../../src/protocol/signals.ts';
import type { JournalPosition } from '../../../src/protocol/trades.ts';
import { keep, readKept, readKeptObject } from '../lib/kept.ts';

/** How far from the signal's price an order may be filled, percent. */
export const GUARDS = [0.1, 0.5, 1, 2] as const;
const DEFAULT_GUARD = 0.5;

type Marks = Readonly<Partial<Record<SignalStream, JournalPosition>>>;

/** What the reader chose on the Signals page. Kept in the browser, apart from what its other users chose. */
export interface SignalChoices {
  readonly muted: readonly string[];
  readonly sound: boolean;
  readonly guardPercent: number;
  /** The newest signals that were read, by stream; null on the first visit, to which nothing is new. */
  readonly read: Marks | null;
}

export interface SignalChoicesStore extends StoreApi<SignalChoices> {
  choose(part: Partial<SignalChoices>): void;
  /** Mutes a source, or lets it be heard again. */
  toggle(source: string): void;
  /** All of these have been read. */
  markRead(signals: readonly SignalPayload[]): void;
  /** Follows what other tabs choose until the returned function is called. */
  start(): () => void;
}

const keyFor = (userId: string): string => `tradecast.signals.${userId}`;

const isMark = (value: unknown): value is JournalPosition =>
  typeof value === 'object' &&
  value !== null &&
  'epoch' in value &&
  typeof value.epoch === 'string' &&
  'seq' in value &&
  typeof value.seq === 'number';

function marksOf(value: unknown): Marks | null {
  if (typeof value !== 'object' || value === null) return null;
  const { free, premium } = value as Readonly<Record<string, unknown>>;
  return { ...(isMark(free) && { free }), ...(isMark(premium) && { premium }) };
}

/** Of what an older or a newer page has kept, the part that this one knows. */
function remembered(key: string): SignalChoices {
  const { muted, sound, guardPercent, read } = readKeptObject(key);
  return {
    muted: Array.isArray(muted) ? muted.filter((source) => typeof source === 'string') : [],
    sound: sound === true,
    guardPercent: GUARDS.find((guard) => guard === guardPercent) ?? DEFAULT_GUARD,
    read: marksOf(read),
  };
}

/** Whether the signal, or its newest revision, came after what was read. */
export const isUnread = ({ stream, epoch, seq }: SignalPayload, read: SignalChoices['read']): boolean => {
  if (read === null) return false;
  const mark = read[stream];
  return mark === undefined || mark.epoch !== epoch || seq > mark.seq;
};

/** The choices of one user. Other tabs change them too: each change is made to what is kept. */
export function createSignalChoices(userId: string): SignalChoicesStore {
  const key = keyFor(userId);
  const store = createStore<SignalChoices>(() => remembered(key));
  /** Where storage is forbidden, nothing is kept, and this page's choices are all there are. */
  const present = (): SignalChoices => (readKept(key) === null ? store.getState() : remembered(key));
  function change(make: (before: SignalChoices) => Partial<SignalChoices>) {
    const before = present();
    store.setState({ ...before, ...make(before) });
    keep(key, JSON.stringify(store.getState()));
  }
  return {
    ...store,
    choose: (part) => change(() => part),
    toggle: (source) =>
      change(({ muted }) => {
        const others = muted.filter((one) => one !== source);
        return { muted: others.length < muted.length ? others : [...others, source] };
      }),
    markRead: (signals) =>
      change(({ read }) => {
        const marks: Partial<Record<SignalStream, JournalPosition>> = { ...read };
        for (const { stream, epoch, seq } of signals) {
          const mark = marks[stream];
          if (mark?.epoch !== epoch || mark.seq < seq) marks[stream] = { epoch, seq };
        }
        return { read: marks };
      }),
    start() {
      const follow = (event: StorageEvent) => {
        if (event.key === key) store.setState(present());
      };
      window.addEventListener('storage', follow);
      return () => window.removeEventListener('storage', follow);
    },
  };
}
