import type { Clock } from '../../lib/clock.ts';
import { newYorkTime } from '../../protocol/new-york.ts';
import type { Market } from '../market/market.ts';
import { type Split, splitName } from '../market/splits.ts';

/** A split with the time at which its day began, milliseconds since epoch by our clock. */
export interface KnownSplit extends Split {
  effectiveAt: number | null;
}

/** What is known of splits in this term of the engine. */
export interface KnownSplits {
  add(split: Split, today: string): void;
  /** Those whose day has begun and that are not applied, the oldest first. */
  due(): KnownSplit[];
  /** It is applied. */
  done(split: Split): void;
  clear(): void;
}

export interface KnownSplitsParts {
  readonly market: Pick<Market, 'today' | 'plan' | 'adjusted'>;
  /** A recording has days of its own: what was before it is not its own. */
  readonly isRecording: boolean;
  readonly clock: Clock;
}

export function createKnownSplits({ market, isRecording, clock }: KnownSplitsParts): KnownSplits {
  const splits = new Map<string, KnownSplit>();
  const applied = new Set<string>();
  const startOf = ({ day }: Split): number => (isRecording ? clock.now() : newYorkTime(day, 0));

  return {
    add(split: Split, today: string): void {
      const name = splitName(split);
      if (splits.has(name) || applied.has(name)) return;
      splits.set(name, { ...split, effectiveAt: null });
      if (split.day >= today) market.plan(split);
    },
    due(): KnownSplit[] {
      const today = market.today();
      if (today === null) return [];
      const due = [...splits.values()].filter(({ day }) => day <= today);
      for (const split of due) split.effectiveAt ??= startOf(split);
      return due.sort((a, b) => (a.day < b.day ? -1 : 1));
    },
    done(split: Split): void {
      splits.delete(splitName(split));
      applied.add(splitName(split));
      market.adjusted(split.symbol);
    },
    clear(): void {
      splits.clear();
      applied.clear();
    },
  };
}
