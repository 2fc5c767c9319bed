import type { Clock } from '../../lib/clock.ts';
import type { PriceOrigin } from '../market/feed.ts';
import type { DayChanges } from './changes.ts';
import { NO_REST } from './commit-most.ts';
import type { Coverage } from './coverage.ts';
import type { Following } from './following.ts';
import { inPieces } from './pieces.ts';
import type { OffExchangeSums } from './sums.ts';
import type { SumsScope } from './sums-scope.ts';
import type { Gap, SumsCommit } from './sums-store.ts';

/** A commit that was not stored, or of which nobody knows. */
export interface WaitingCommit {
  readonly commit: SumsCommit;
  /** Since when its oldest change waits, milliseconds since epoch; null where nothing changed in it. */
  readonly since: number | null;
}

/** What the sums of a term have for the database. */
export interface SumsCommits {
  /** What changed since the last call, in as many commits as it takes. */
  take(): WaitingCommit[];
  /** The gaps alone; none where there are none. */
  ofGaps(gaps: readonly Gap[]): WaitingCommit[];
  /** When the first change came that was not taken yet; null where none did. */
  changedAt(): number | null;
  close(): void;
}

export interface SumsCommitsOptions {
  readonly sums: OffExchangeSums;
  readonly coverage: Coverage;
  readonly following: Following;
  /** That of its commits. */
  readonly part: number;
  readonly origin: PriceOrigin;
  readonly clock: Clock;
  /** Prints up to then have arrived, by the source's time. */
  readonly arrivedUntil: () => number;
  readonly scope: () => SumsScope;
  /** Where the engine before summed others. */
  readonly wholeMarket: SumsCommit['wholeMarket'];
}

export function createSumsCommits(options: SumsCommitsOptions): SumsCommits {
  const { sums, coverage, following, clock } = options;
  const head = { part: options.part, summed: options.scope().symbols };
  const marked = createBeginnings(options.origin);
  let { wholeMarket } = options;
  let changedAt: number | null = null;
  const changes = sums.changes(() => {
    changedAt = clock.now();
  });
  return {
    take() {
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
        return { commit: { ...head, changes: piece, ...rest }, since };
      });
    },
    ofGaps: (gaps) =>
      gaps.length === 0 ? [] : [{ commit: { ...head, changes: [], ...NO_REST, gaps }, since: null }],
    changedAt: () => changedAt,
    close: () => changes.close(),
  };
}

export const holdsNews = ({ commit: { changes, gaps, follows, wholeMarket } }: WaitingCommit): boolean =>
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
