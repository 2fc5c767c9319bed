import type { TradeTick } from './feed.ts';

/**
 * How long after its time at the source a tick arrives, by the state of the feed; milliseconds. Of the live host: an
 * allowance for the line and for clocks. Of the delayed one: 900 to 903 seconds were measured.
 */
export const BEHIND_MS = {
  live: { least: 0, most: 2_000 },
  delayed: { least: 900_000, most: 905_000 },
} as const;

/** FINRA allows ten seconds for a report; a later one tells nothing of the market of its arrival. */
export const LATE_AFTER_MS = 10_000;

/** Whether a trade was reported so long after it was made. */
export const isLate = ({
  sourceTime,
  participantTime,
}: Pick<TradeTick, 'sourceTime' | 'participantTime'>): boolean =>
  !(sourceTime - participantTime <= LATE_AFTER_MS);
