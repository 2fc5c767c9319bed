/** Gaps whose prints are requested together, and what tells these from prints that were counted. */
import type { TradeTick } from '../market/feed.ts';
import type { OffExchangeSums } from './sums.ts';
import type { Gap } from './sums-store.ts';

/** Clocks differ, and each symbol is confirmed a moment after the login: so much around a gap is requested with it. */
export const MARGIN_MS = 10_000;
/** Upstream has a trade for requests a moment after it was streamed. */
const SETTLED_MS = 2_000;
/** Gaps that follow each other are requested once in this time: a round of requests takes two minutes. */
export const MAX_JOINED_MS = 300_000;

/** What is known at the beginning of a gap, and since. */
export interface Counted {
  readonly day: string | null;
  /** The highest number of each symbol that was counted before the gap. */
  readonly floors: ReadonlyMap<string, number>;
  /** Prints that were counted although they may be requested as well. */
  readonly live: Set<string>;
}

/** One request for each symbol. */
export interface GapFetch {
  /** In their order. Gaps that begin within the margin of the one before, on the same day, join it until it is requested. */
  readonly gaps: readonly Gap[];
  readonly from: number;
  to(): number;
  /** When upstream has the prints of the last gap, milliseconds since epoch. */
  dueAt(): number;
  /** No gap joins any more. */
  close(): void;
  /** False where the gap is too far away, or too late. */
  join(gap: Gap, counted: Counted, endedAt: number): boolean;
  /** Each print that is counted meanwhile. */
  note(tick: TradeTick): void;
  isKnown(tick: TradeTick): boolean;
}

const identityOf = ({ symbol, trf, tradeId, sequence }: TradeTick): string =>
  tradeId === '' ? `${symbol}#${trf}#${sequence}` : `${symbol}|${trf}|${tradeId}`;

/** `endedAt` is our time. */
export function createGapFetch(first: Gap, counted: Counted, endedAt: number): GapFetch {
  const gaps = [first];
  const from = first.from - MARGIN_MS;
  // Each day numbers from the beginning: what was counted on the day before says nothing of it.
  const floors = first.day === counted.day ? counted.floors : new Map<string, number>();
  const live = new Set(counted.live);
  let to = first.to + MARGIN_MS;
  let dueAt = endedAt + MARGIN_MS + SETTLED_MS;
  let isClosed = false;
  return {
    gaps,
    from,
    to: () => to,
    dueAt: () => dueAt,
    close() {
      isClosed = true;
    },
    join(gap, since, at) {
      // What was counted between the two is noted only up to the margin.
      if (isClosed || gap.day !== first.day || gap.from > to || gap.to - first.from > MAX_JOINED_MS)
        return false;
      gaps.push(gap);
      for (const identity of since.live) live.add(identity);
      to = gap.to + MARGIN_MS;
      dueAt = at + MARGIN_MS + SETTLED_MS;
      return true;
    },
    note(tick) {
      if (tick.sourceTime < to) live.add(identityOf(tick));
    },
    isKnown: (tick) => tick.sequence <= (floors.get(tick.symbol) ?? 0) || live.has(identityOf(tick)),
  };
}

/** What was counted at the beginning of the gap that goes on, and what since. */
export function createCounted(sums: Pick<OffExchangeSums, 'sequences' | 'day'>) {
  let open: Counted | null = null;
  const now = (): Counted => ({ day: sums.day(), floors: sums.sequences(), live: new Set() });
  return {
    begin(): void {
      open ??= now();
    },
    isOpen: () => open !== null,
    note: (tick: TradeTick): unknown => open?.live.add(identityOf(tick)),
    /** Where none was begun, the gap is that of the engine before. */
    end(): Counted {
      const ended = open ?? now();
      open = null;
      return ended;
    },
  };
}
