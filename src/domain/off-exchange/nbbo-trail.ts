/** The latest changes of one symbol's NBBO: a print is compared with the quote of the moment it was made. */
import { LATE_AFTER_MS } from '../market/lateness.ts';

/** A missing side is 0. */
export interface QuotedPair {
  readonly bid: number;
  readonly ask: number;
}

export interface NbboTrail {
  /** `time` may be earlier than that of the latest: then the quote takes its place among the others. */
  add(time: number, bid: number | undefined, ask: number | undefined): void;
  /** The quote that was valid at `time`; undefined where none is known. */
  at(time: number): QuotedPair | undefined;
}

const FIRST_CAPACITY = 64;
/** The busiest symbols change several hundred times a second: this is their ten seconds, in 200 kB. */
export const MAX_TRAIL = 8_192;

/** Times and both sides, side by side in time order. */
interface Columns {
  readonly times: Float64Array;
  readonly bids: Float64Array;
  readonly asks: Float64Array;
}

const columnsOf = (capacity: number): Columns => ({
  times: new Float64Array(capacity),
  bids: new Float64Array(capacity),
  asks: new Float64Array(capacity),
});
const each = ({ times, bids, asks }: Columns): Float64Array[] => [times, bids, asks];

function grown(old: Columns, capacity: number): Columns {
  const columns = columnsOf(capacity);
  columns.times.set(old.times);
  columns.bids.set(old.bids);
  columns.asks.set(old.asks);
  return columns;
}

export function createNbboTrail(): NbboTrail {
  let columns = columnsOf(FIRST_CAPACITY);
  let length = 0;

  /** How many are not later than `time`. */
  const countUntil = (time: number): number => {
    const { times } = columns;
    if (length === 0 || time >= (times[length - 1] as number)) return length;
    let [low, high] = [0, length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[middle] as number) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const dropFirst = (count: number): void => {
    for (const column of each(columns)) column.copyWithin(0, count, length);
    length -= count;
  };
  /** Drops what no print can ask for any more; where too much is left, grows or drops the older half. */
  const makeRoom = (): void => {
    const capacity = columns.times.length;
    const latest = columns.times[length - 1] as number;
    // The last one before the oldest print is still that print's quote.
    dropFirst(Math.max(0, countUntil(latest - LATE_AFTER_MS) - 1));
    if (length <= capacity / 2) return;
    if (capacity < MAX_TRAIL) columns = grown(columns, capacity * 2);
    else dropFirst(length - capacity / 2);
  };

  return {
    add(time, bid = 0, ask = 0) {
      if (length === columns.times.length) makeRoom();
      const index = countUntil(time);
      if (index < length) {
        for (const column of each(columns)) column.copyWithin(index + 1, index, length);
      }
      columns.times[index] = time;
      columns.bids[index] = bid;
      columns.asks[index] = ask;
      length += 1;
    },
    at(time) {
      const index = countUntil(time) - 1;
      if (index < 0) return undefined;
      return { bid: columns.bids[index] as number, ask: columns.asks[index] as number };
    },
  };
}
