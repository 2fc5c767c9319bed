import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import type { PriceOrigin } from '../market/feed.ts';
import type { DayChanges } from './changes.ts';
import { commitMost, lostTimes, NO_REST, type Refused, symbolsOf } from './commit-most.ts';
import type { Coverage } from './coverage.ts';
import type { Following } from './following.ts';
import { inPieces } from './pieces.ts';
import type { OffExchangeSums } from './sums.ts';
import type { SumsScope } from './sums-scope.ts';
import type { SumsCommit, SumsStore } from './sums-store.ts';

/** What a killed engine takes with it is at most this, and the time of one write. */
const WRITE_INTERVAL_MS = 1_000;
/** Without prints the time up to which they are covered is written this often. */
const QUIET_WRITE_MS = 10_000;

/** Symbols that one line of the log names. */
const MAX_NAMED = 10;

/** A commit that was not stored, or of which nobody knows. */
export interface WaitingCommit {
  readonly commit: SumsCommit;
  /** Since when its oldest change waits, milliseconds since epoch; null where nothing changed in it. */
  readonly since: number | null;
}

/** Stores what changed, once a second: absolute numbers, so that a write may be repeated. */
export interface SumsWriter {
  start(): void;
  /** Writes what is left, if the database takes it at once. Returns what could not be written, in its order. */
  stop(): Promise<readonly WaitingCommit[]>;
  /** How long the oldest change has waited; 0 where none waits. */
  unsavedMs(): number;
}

export interface SumsWriterOptions {
  readonly sums: OffExchangeSums;
  readonly store: SumsStore;
  readonly coverage: Coverage;
  readonly following: Following;
  readonly fencing: number;
  /** That of its commits. */
  readonly part: number;
  readonly origin: PriceOrigin;
  readonly clock: Clock;
  readonly log: Log;
  readonly current: () => number | null;
  readonly onGaps: (count: number) => unknown;
  /** Prints up to then have arrived, by the source's time. */
  readonly arrivedUntil: () => number;
  readonly scope: () => SumsScope;
  /** Where the engine before summed others. */
  readonly wholeMarket: SumsCommit['wholeMarket'];
  /** What the term before could not write. */
  readonly unsaved: readonly WaitingCommit[];
}

export function createSumsWriter(options: SumsWriterOptions): SumsWriter {
  const { sums, store, coverage, following, fencing, part, clock, log, current, onGaps } = options;
  const summed = options.scope().symbols;
  let { wholeMarket } = options;
  /** When the first change came that was not taken yet. */
  let changedAt: number | null = null;
  const changes = sums.changes(() => {
    changedAt = clock.now();
  });
  const running = createScope();
  const marked = createBeginnings(options.origin);
  /** Failed, or unknown whether it was written: it is written again before anything newer. */
  const unsaved = [...options.unsaved];
  let writing: Promise<void> = Promise.resolve();
  let isWriting = false;
  let isAway = false;
  let savedAt = clock.now();

  const isDue = (commits: readonly WaitingCommit[]): boolean =>
    commits.some(holdsNews) || clock.now() - savedAt >= QUIET_WRITE_MS;
  /** What changed, in as many writes as it takes. */
  const next = (): WaitingCommit[] => {
    const since = changedAt;
    changedAt = null;
    const gaps = coverage.take();
    const coveredUntil = coverage.until(options.arrivedUntil());
    const whole = { gaps, follows: following.take(), coveredUntil, wholeMarket };
    wholeMarket = null;
    const pieces = inPieces(marked(changes.take()));
    return pieces.map((piece, index) => {
      // Only the last one makes it true that everything up to there is counted, and that a gap is filled.
      const rest = index === pieces.length - 1 ? whole : NO_REST;
      return { commit: { part, summed, changes: piece, ...rest }, since };
    });
  };

  /** What the database never takes is given up, and its time is marked. */
  const lose = (refused: readonly Refused[]): void => {
    log.error(
      { err: refused[0]?.error, symbols: symbolsOf(refused).slice(0, MAX_NAMED) },
      'the database refuses sums of off-exchange prints: their minutes are marked as gaps',
    );
    const gaps = lostTimes(refused);
    if (gaps.length === 0) return;
    unsaved.push({ commit: { part, summed, changes: [], ...NO_REST, gaps }, since: null });
  };
  async function write(): Promise<void> {
    if (current() !== fencing) return;
    if (unsaved.length === 0) {
      const due = next();
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
      const left = [...unsaved, ...next()];
      changes.close();
      return left;
    },
    unsavedMs() {
      const since = unsaved.find((waiting) => waiting.since !== null)?.since ?? changedAt;
      return since === null ? 0 : Math.max(0, clock.now() - since);
    },
  };
}

const holdsNews = ({ commit: { changes, gaps, follows, wholeMarket } }: WaitingCommit): boolean =>
  changes.length + gaps.length + follows.length > 0 || wholeMarket !== null;

/** A recording begins anew with each engine: what was stored of its days is void. */
function createBeginnings(origin: PriceOrigin) {
  const begun = new Set<string>();
  return (changes: readonly DayChanges[]): DayChanges[] =>
    changes.flatMap((change) => {
      if (origin !== 'replay' || begun.has(change.day)) return change;
      begun.add(change.day);
      return [{ day: change.day, isAnew: true, symbols: [] }, change];
    });
}
