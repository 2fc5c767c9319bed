import type { Timespan } from '../../../src/protocol/market.ts';

/** A minute, thirty minutes, a week. */
export interface BarSize {
  readonly timespan: Timespan;
  readonly multiplier: number;
}

export interface Timeframe {
  readonly id: string;
  /** Chooses it on the chart. */
  readonly key: string;
  readonly label: string;
  readonly name: string;
  readonly size: BarSize;
  readonly sizeName: string;
  /** In sight when it is chosen: trading days, or calendar months. */
  readonly sight: { readonly sessions: number } | { readonly months: number };
  /** Calendar days that one request covers: those in sight, weekends, and what the averages need before them. */
  readonly pageDays: number;
}

const minutes = (multiplier: number): BarSize => ({ timespan: 'minute', multiplier });

export const TIMEFRAMES = [
  {
    id: '1d',
    key: '1',
    label: '1D',
    name: '1 day',
    size: minutes(1),
    sizeName: '1-minute bars',
    sight: { sessions: 1 },
    pageDays: 6,
  },
  {
    id: '5d',
    key: '2',
    label: '5D',
    name: '5 days',
    size: minutes(5),
    sizeName: '5-minute bars',
    sight: { sessions: 5 },
    pageDays: 12,
  },
  {
    id: '1m',
    key: '3',
    label: '1M',
    name: '1 month',
    size: minutes(30),
    sizeName: '30-minute bars',
    sight: { months: 1 },
    pageDays: 45,
  },
  {
    id: '1y',
    key: '4',
    label: '1Y',
    name: '1 year',
    size: { timespan: 'day', multiplier: 1 },
    sizeName: 'daily bars',
    sight: { months: 12 },
    pageDays: 450,
  },
  {
    id: '5y',
    key: '5',
    label: '5Y',
    name: '5 years',
    size: { timespan: 'week', multiplier: 1 },
    sizeName: 'weekly bars',
    sight: { months: 60 },
    pageDays: 2_200,
  },
] as const satisfies readonly Timeframe[];

export type TimeframeId = (typeof TIMEFRAMES)[number]['id'];

export const timeframeOf = (id: TimeframeId): Timeframe => TIMEFRAMES.find((one) => one.id === id)!;

/** Whether bars are parts of a day, which has sessions and a clock. */
export const isIntraday = ({ timespan }: BarSize): boolean => timespan === 'minute' || timespan === 'hour';

/** The longest that a bar of each span lasts, seconds: a day has an hour more when summer ends. */
const LONGEST_SECONDS: Readonly<Record<Timespan, number>> = {
  minute: 60,
  hour: 3_600,
  day: 25 * 3_600,
  week: (7 * 24 + 1) * 3_600,
  month: (31 * 24 + 1) * 3_600,
};

/** How long a bar lasts at most, seconds. */
export const barSeconds = ({ timespan, multiplier }: BarSize): number =>
  multiplier * LONGEST_SECONDS[timespan];
