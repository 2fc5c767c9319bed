/**
 * Volume, high and low of one symbol's day. Upstream's own numbers win over our sums in both directions; ours go on from
 * them with what was traded since.
 */
export interface DaySums {
  volume(): number;
  high(): number | undefined;
  low(): number | undefined;
  /** A trade, or a part of one: `time` is the venue's, milliseconds since epoch. */
  addVolume(size: number, time: number): void;
  addRange(high: number, low: number, time: number): void;
  /** Upstream's volume of everything before `time`; one that is older than another is ignored. */
  setVolume(volume: number, time: number): void;
  /** The same of high and low. */
  setRange(high: number, low: number, time: number): void;
  clear(): void;
}

/** Upstream says its volume each second, in which the busiest symbols trade 500 times. */
const KEPT_TRADES = 1_024;
/** Upstream is asked for high and low each minute, and may answer late. */
const KEPT_SECONDS = 300;
const SECOND_MS = 1_000;
/** Shares have at most six decimals; sums of fractions have more. */
const SIZE_UNIT = 1e6;

interface Sold {
  readonly time: number;
  size: number;
}
interface Range {
  readonly second: number;
  high: number;
  low: number;
}

/** Our volume on top of upstream's. */
function createVolume() {
  let volume = 0;
  let since = 0;
  /** From here on all trades are kept that came after the last number of upstream. */
  let keptFrom = 0;
  let sold: Sold[] | undefined;

  return {
    get: (): number => Math.round(volume * SIZE_UNIT) / SIZE_UNIT,
    add(size: number, time: number): void {
      // Upstream's number has it already.
      if (time < since) return;
      volume += size;
      sold ??= [];
      const newest = sold.at(-1);
      if (newest?.time === time) newest.size += size;
      else sold.push({ time, size });
      if (sold.length <= KEPT_TRADES) return;
      // A half at once: moving what remains costs as much as either.
      for (const { time: gone } of sold.splice(0, KEPT_TRADES / 2)) keptFrom = Math.max(keptFrom, gone + 1);
    },
    set(official: number, time: number): void {
      if (time < since || time < keptFrom) return;
      since = time;
      sold = sold?.filter((one) => one.time >= time);
      volume = official + (sold ?? []).reduce((sum, { size }) => sum + size, 0);
    },
    clear(): void {
      volume = since = keptFrom = 0;
      sold = undefined;
    },
  };
}

/** Our extremes on top of upstream's, to the second. */
function createRange() {
  let high: number | undefined;
  let low: number | undefined;
  let since = 0;
  let keptFrom = 0;
  let ranges: Range[] | undefined;

  const widen = (to: { readonly high: number; readonly low: number }): void => {
    if (high === undefined || to.high > high) high = to.high;
    if (low === undefined || to.low < low) low = to.low;
  };
  const rangeOf = (second: number): Range => {
    ranges ??= [];
    let i = ranges.length - 1;
    while (i >= 0 && (ranges[i] as Range).second > second) i--;
    const found = ranges[i];
    if (found?.second === second) return found;
    const fresh = { second, high: Number.NEGATIVE_INFINITY, low: Number.POSITIVE_INFINITY };
    ranges.splice(i + 1, 0, fresh);
    if (ranges.length > KEPT_SECONDS) keptFrom = (ranges.shift() as Range).second + 1;
    return fresh;
  };

  return {
    high: () => high,
    low: () => low,
    add(top: number, bottom: number, time: number): void {
      if (time < since) return;
      const second = Math.floor(time / SECOND_MS);
      const range = rangeOf(second);
      if (top > range.high) range.high = top;
      if (bottom < range.low) range.low = bottom;
      widen({ high: top, low: bottom });
    },
    set(top: number, bottom: number, time: number): void {
      const second = Math.floor(time / SECOND_MS);
      if (time < since || second < keptFrom) return;
      since = time;
      high = top;
      low = bottom;
      ranges = ranges?.filter((range) => range.second >= second);
      for (const range of ranges ?? []) widen(range);
    },
    clear(): void {
      high = low = undefined;
      since = keptFrom = 0;
      ranges = undefined;
    },
  };
}

export function createDaySums(): DaySums {
  const volume = createVolume();
  const range = createRange();
  return {
    volume: volume.get,
    high: range.high,
    low: range.low,
    addVolume: volume.add,
    addRange: range.add,
    setVolume: volume.set,
    setRange: range.set,
    clear() {
      volume.clear();
      range.clear();
    },
  };
}
