/** When the simulated market trades, so that what is heard live is what the past says later. */
const MINUTE_MS = 60_000;
/** Between two of these moments the price of a share moves one way: a minute's high and low are at its moments. */
export const QUARTER_MS = 15_000;
/** Of the minute's shares at each of its five moments; the other half is traded evenly between them. */
const PART_AT_MOMENT = 0.1;

export const minuteOf = (time: number): number => time - (time % MINUTE_MS);

/**
 * The moments after `since`, up to `now`, at which a share trades whoever listens: each quarter of a minute, and the
 * last millisecond of the minute. Milliseconds since epoch.
 */
export function momentsBetween(since: number, now: number): number[] {
  const moments: number[] = [];
  for (let quarter = since - (since % QUARTER_MS); quarter - 1 <= now; quarter += QUARTER_MS) {
    if (quarter === minuteOf(quarter)) moments.push(quarter - 1);
    moments.push(quarter);
  }
  return moments.filter((moment) => moment > since && moment <= now);
}

const isLastOf = (time: number): boolean => (time + 1) % MINUTE_MS === 0;

/** The part of its minute's shares that has been traded up to `time`. */
export function partTraded(time: number): number {
  if (isLastOf(time)) return 1;
  const passed = time % MINUTE_MS;
  return PART_AT_MOMENT * (1 + Math.floor(passed / QUARTER_MS)) + 0.5 * (passed / MINUTE_MS);
}

/** The last trade of a minute is at the price with which the next one begins. */
export const pricedAt = (time: number): number => (isLastOf(time) ? time + 1 : time);

/** When each symbol was let go of: taken up again in the same minute, it does not repeat that minute's trades. */
export function createLetGo() {
  const times = new Map<string, number>();
  return {
    at(symbol: string, now: number): void {
      for (const [other, time] of times) if (time < minuteOf(now)) times.delete(other);
      times.set(symbol, now);
    },
    /** Up to when the trades of the minute of `now` are known. */
    knownUntil: (symbol: string, now: number): number =>
      Math.max(minuteOf(now) - 1, Math.min(now, times.get(symbol) ?? 0)),
  };
}
