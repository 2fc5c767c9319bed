import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Frame } from '../lib/frame.ts';

/** Rows that the page keeps: as many as a reader looks back over, and quick to draw. */
export const MAX_FRAMES = 200;
/** Characters of a frame that a row shows; a portfolio may be longer than a screen. */
const MAX_TEXT = 2_000;

export interface LoggedFrame {
  /** Counts up from 1. */
  readonly number: number;
  /** Milliseconds since epoch. */
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly text: string;
}

export interface FrameLogState {
  /** Newest first. */
  readonly frames: readonly LoggedFrame[];
  readonly paused: boolean;
  /** Frames that came while the log was paused, and are not in it. */
  readonly skipped: number;
}

export interface FrameLog extends StoreApi<FrameLogState> {
  add(frame: Pick<LoggedFrame, 'direction' | 'text'>): void;
  pause(): void;
  resume(): void;
  clear(): void;
}

/** What came and went on the connection, as much of it as a screen can hold. State changes once a frame of the screen. */
export function createFrameLog({ now, frame }: { now: () => number; frame: Frame }): FrameLog {
  const store = createStore<FrameLogState>(() => ({ frames: [], paused: false, skipped: 0 }));
  let waiting: LoggedFrame[] = [];
  let skipped = 0;
  let count = 0;

  function commit() {
    const { frames } = store.getState();
    const newest = waiting.toReversed();
    waiting = [];
    store.setState({ frames: [...newest, ...frames].slice(0, MAX_FRAMES), skipped });
  }

  return {
    ...store,
    add({ direction, text }) {
      count += 1;
      if (store.getState().paused) skipped += 1;
      else {
        const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
        waiting = [...waiting, { number: count, at: now(), direction, text: shown }].slice(-MAX_FRAMES);
      }
      frame.schedule(commit);
    },
    pause() {
      commit();
      store.setState({ paused: true });
    },
    resume: () => store.setState({ paused: false }),
    clear() {
      waiting = [];
      skipped = 0;
      store.setState({ frames: [], skipped: 0 });
    },
  };
}
