import type { DarkpoolDay, DarkpoolMinute } from '../../../../src/protocol/darkpool.ts';

const MINUTE_S = 60;

/** A minute of the chart. */
export interface TimelineMinute {
  /** Seconds since epoch. */
  readonly time: number;
  /** Null where no print was summed. */
  readonly amounts: DarkpoolMinute | null;
  /** Prints of it may be missing. */
  readonly inGap: boolean;
}

/** Every minute from the first to the last with prints: an hour takes the room of an hour, whatever was traded in it. */
export function timelineOf(
  minutes: readonly DarkpoolMinute[],
  gaps: DarkpoolDay['gaps'],
): readonly TimelineMinute[] {
  const [first, last] = [minutes[0], minutes.at(-1)];
  if (!first || !last) return [];
  const byTime = new Map(minutes.map((minute) => [minute.time, minute]));
  const missing = gaps.map(({ from, to }) => [Date.parse(from) / 1_000, Date.parse(to) / 1_000] as const);
  const timeline: TimelineMinute[] = [];
  for (let time = first.time; time <= last.time; time += MINUTE_S) {
    const inGap = missing.some(([from, to]) => from < time + MINUTE_S && to > time);
    timeline.push({ time, amounts: byTime.get(time) ?? null, inGap });
  }
  return timeline;
}
