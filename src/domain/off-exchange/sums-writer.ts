import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import { commitMost, lostTimes, type Refused, symbolsOf } from './commit-most.ts';
import { createSumsCommits, holdsNews, type SumsCommitsOptions, type WaitingCommit } from './sums-commits.ts';
import type { SumsStore } from './sums-store.ts';

/** What a killed engine takes with it is at most this, and the time of one write. */
const WRITE_INTERVAL_MS = 1_000;
/** Without prints the time up to which they are covered is written this often. */
const QUIET_WRITE_MS = 10_000;

/** Symbols that one line of the log names. */
const MAX_NAMED = 10;

/** Stores what changed, once a second: absolute numbers, so that a write may be repeated. */
export interface SumsWriter {
  start(): void;
  /** Writes what is left, if the database takes it at once. Returns what could not be written, in its order. */
  stop(): Promise<readonly WaitingCommit[]>;
  /** How long the oldest change has waited; 0 where none waits. */
  unsavedMs(): number;
}

export interface SumsWriterOptions extends SumsCommitsOptions {
  readonly store: SumsStore;
  readonly fencing: number;
  readonly log: Log;
  readonly current: () => number | null;
  readonly onGaps: (count: number) => unknown;
  /** What the term before could not write. */
  readonly unsaved: readonly WaitingCommit[];
}

export function createSumsWriter(options: SumsWriterOptions): SumsWriter {
  const { store, fencing, clock, log, current, onGaps } = options;
  const commits = createSumsCommits(options);
  const running = createScope();
  /** Failed, or unknown whether it was written: it is written again before anything newer. */
  const unsaved = [...options.unsaved];
  let writing: Promise<void> = Promise.resolve();
  let isWriting = false;
  let isAway = false;
  let savedAt = clock.now();

  const isDue = (due: readonly WaitingCommit[]): boolean =>
    due.some(holdsNews) || clock.now() - savedAt >= QUIET_WRITE_MS;
  /** What the database never takes is given up, and its time is marked. */
  const lose = (refused: readonly Refused[]): void => {
    log.error(
      { err: refused[0]?.error, symbols: symbolsOf(refused).slice(0, MAX_NAMED) },
      'the database refuses sums of off-exchange prints: their minutes are marked as gaps',
    );
    unsaved.push(...commits.ofGaps(lostTimes(refused)));
  };
  async function write(): Promise<void> {
    if (current() !== fencing) return;
    if (unsaved.length === 0) {
      const due = commits.take();
      if (!isDue(due)) return;
      unsaved.push(...due);
    }
    try {
      for (let first = unsaved[0]; first !== undefined; first = unsaved[0]) {
        const startedAt = clock.now();
        const refused = await commitMost(store, fencing, first.commit);
        onGaps(first.commit.gaps.filter(({ filled }) => filled.length === 0).length);
        unsaved.shift();
        if (refused.length > 0) lose(refused);
        savedAt = startedAt;
        isAway = false;
      }
    } catch (error) {
      if (!isAway) log.warn({ err: error }, 'the sums of off-exchange prints could not be stored yet');
      isAway = true;
    }
  }
  const turn = (): Promise<void> => {
    if (isWriting) return writing;
    isWriting = true;
    writing = write().finally(() => {
      isWriting = false;
    });
    return writing;
  };

  return {
    start: () => running.add(clock.every(WRITE_INTERVAL_MS, () => void turn())),
    async stop() {
      running.end();
      await writing;
      if (unsaved.length > 0) await turn();
      if (unsaved.length === 0) await turn();
      const left = [...unsaved, ...commits.take()];
      commits.close();
      return left;
    },
    unsavedMs() {
      const since = unsaved.find((waiting) => waiting.since !== null)?.since ?? commits.changedAt();
      return since === null ? 0 : Math.max(0, clock.now() - since);
    },
  };
}
