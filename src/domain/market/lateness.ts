/**
 * How long after its time at the source a tick arrives, by the state of the feed; milliseconds. Of the live host: an
 * allowance for the line and for clocks. Of the delayed one: 900 to 903 seconds were measured.
 */
export const BEHIND_MS = {
  live: { least: 0, most: 2_000 },
  delayed: { least: 900_000, most: 905_000 },
} as const;
