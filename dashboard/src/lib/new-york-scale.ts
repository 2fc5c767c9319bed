import {
  defaultHorzScaleBehavior,
  type IHorzScaleBehavior,
  type TickMark,
  type TickMarkWeightValue,
  type Time,
  type TimeScalePoint,
} from 'lightweight-charts';
import { clockLabel, dayLabel, monthLabel, yearLabel } from './bar-labels.ts';
import { clockAt } from './bars.ts';

/** How much a mark on the axis weighs, in the numbers of the library: the heaviest that fit are drawn. */
const YEAR = 70;
const MONTH = 60;
const DAY = 50;
const MINUTE_SECONDS = 60;
/** Minutes, and what a mark at a multiple of them weighs. */
const WITHIN_A_DAY = [
  [12 * 60, 33],
  [6 * 60, 32],
  [3 * 60, 31],
  [60, 30],
  [30, 22],
  [5, 21],
  [1, 20],
] as const;

/** What begins at `second`, seen from the bar before it, by the clock of New York. */
export function markWeight(second: number, before: number): number {
  const [clock, clockBefore] = [clockAt(second), clockAt(before)];
  const [date, dateBefore] = [new Date(clock * 1_000), new Date(clockBefore * 1_000)];
  if (date.getUTCFullYear() !== dateBefore.getUTCFullYear()) return YEAR;
  if (date.getUTCMonth() !== dateBefore.getUTCMonth()) return MONTH;
  if (date.getUTCDate() !== dateBefore.getUTCDate()) return DAY;
  const crossed = ([minutes]: readonly [number, number]) => {
    const seconds = minutes * MINUTE_SECONDS;
    return Math.floor(clock / seconds) !== Math.floor(clockBefore / seconds);
  };
  return WITHIN_A_DAY.find(crossed)?.[1] ?? 0;
}

export function markLabel(second: number, weight: number): string {
  if (weight >= YEAR) return yearLabel(second);
  if (weight >= MONTH) return monthLabel(second);
  return weight >= DAY ? dayLabel(second) : clockLabel(second);
}

type Points = Parameters<IHorzScaleBehavior<Time>['fillWeightsForPoints']>[0];

const secondOf = ({ originalTime }: Pick<TimeScalePoint, 'originalTime'>): number => Number(originalTime);

/**
 * The axis by the clock of New York: the library's own begins a day at midnight UTC, which is the evening there. Times
 * themselves stay what they are, because a shifted clock would have an hour twice when summer ends.
 */
export class NewYorkScale extends defaultHorzScaleBehavior() {
  override fillWeightsForPoints(points: Points, startIndex: number): void {
    for (let index = startIndex; index < points.length; index++) {
      const point = points[index]!;
      const second = secondOf(point);
      const before = points[index - 1];
      // What begins with the first bar is not known; a day is what most charts begin with.
      const weight = before ? markWeight(second, secondOf(before)) : DAY;
      point.timeWeight = weight as TickMarkWeightValue;
    }
  }

  override formatTickmark({ originalTime, weight }: TickMark): string {
    return markLabel(secondOf({ originalTime }), weight);
  }
}
