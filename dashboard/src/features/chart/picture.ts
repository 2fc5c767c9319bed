/** What is drawn, of a history and what the reader has switched on. */
import { type Bar, dateAt, firstInSight, isRegular } from '../../lib/bars.ts';
import { exponentialAverage, type Line, simpleAverage, volumeWeightedAverage } from '../../lib/indicators.ts';
import { type BarSize, isIntraday, timeframeOf } from '../../lib/timeframes.ts';
import type { BarHistory } from '../../stores/bar-history.ts';
import { AVERAGES, type ChartChoices, type Layer } from '../../stores/chart-choices.ts';
import type { TradeEntry } from '../../stores/trades.ts';
import { type OwnTrades, ownTradesOn } from './own-trades.ts';

/** The lines over the bars, in the order in which they are drawn and named. */
export const LINES = ['simple', 'exponential', 'vwap'] as const satisfies readonly Layer[];
export type LineName = (typeof LINES)[number];

export const LAYER_NAMES: Readonly<Record<Layer, string>> = {
  volume: 'Volume',
  simple: 'SMA',
  exponential: 'EMA',
  vwap: 'VWAP',
  trades: 'My trades',
  extended: 'Extended hours',
};

/** How lines are told apart: by colour and by dashes, which are those of the chart's own line styles. */
export const LINE_LOOKS: Readonly<
  Partial<Record<Layer, { readonly className: string; readonly dashes?: string }>>
> = {
  simple: { className: 'text-accent' },
  exponential: { className: 'text-warn', dashes: '4 2' },
  vwap: { className: 'text-ink', dashes: '1.5 1.5' },
};

export interface Picture {
  /** Another one is shown from the place where its timeframe begins. */
  readonly key: string;
  readonly symbol: string;
  readonly size: BarSize;
  readonly bars: readonly Bar[];
  /** Those that are switched on. */
  readonly lines: Readonly<Partial<Record<LineName, Line>>>;
  /** Bars that each average covers. */
  readonly lengths: ChartChoices['lengths'];
  /** Bars that are needed before those in sight: what the longest average covers. */
  readonly lead: number;
  readonly volume: boolean;
  readonly trades: readonly OwnTrades[];
  /** Index of the first bar in sight at first. */
  readonly first: number;
}

/** Why a layer cannot be shown with bars of this size; null where it can. */
export function unfit(layer: Layer, size: BarSize): string | null {
  if (isIntraday(size)) return null;
  if (layer === 'vwap') return 'VWAP starts anew each day and needs bars within it';
  return layer === 'extended' ? 'Bars of a day and more have no sessions' : null;
}

const computed: Readonly<Record<LineName, (bars: readonly Bar[], lengths: ChartChoices['lengths']) => Line>> =
  {
    simple: (bars, { simple }) => simpleAverage(bars, simple),
    exponential: (bars, { exponential }) => exponentialAverage(bars, exponential),
    vwap: (bars) => volumeWeightedAverage(bars, dateAt),
  };

/** `SMA 50` */
export const lineName = (name: LineName, { lengths }: Pick<Picture, 'lengths'>): string =>
  name === 'vwap' ? LAYER_NAMES[name] : `${LAYER_NAMES[name]} ${lengths[name]}`;

export function pictureOf(
  history: BarHistory,
  { layers, lengths }: Pick<ChartChoices, 'layers' | 'lengths'>,
  entries: readonly TradeEntry[],
): Picture {
  const { symbol, timeframe } = history;
  const { size, sight } = timeframeOf(timeframe);
  const shows = (layer: Layer) => layers.includes(layer) && unfit(layer, size) === null;
  const regular = isIntraday(size) && !layers.includes('extended');
  const bars = regular ? history.bars.filter(({ time }) => isRegular(time)) : history.bars;
  const lines = LINES.filter(shows).map((name) => [name, computed[name](bars, lengths)] as const);
  return {
    key: `${symbol} ${timeframe} ${regular}`,
    symbol,
    size,
    bars,
    lines: Object.fromEntries(lines),
    lengths,
    lead: Math.max(0, ...AVERAGES.filter(shows).map((average) => lengths[average])),
    volume: shows('volume'),
    trades: shows('trades') ? ownTradesOn(bars, entries, { symbol, size }) : [],
    first: firstInSight(bars, { sight }),
  };
}
