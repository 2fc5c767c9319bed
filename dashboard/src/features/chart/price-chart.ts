/** The chart by lightweight-charts; it is loaded when the first chart is shown. */

import { barLabel } from '../../lib/bar-labels.ts';
import { indexOfBar } from '../../lib/bars.ts';
import { createChartIn, paintChart } from '../../lib/chart-frame.ts';
import { isIntraday } from '../../lib/timeframes.ts';
import { AVERAGES } from '../../stores/chart-choices.ts';
import { createCloseLine, createLayers, createPriceTag } from './chart-layers.ts';
import { createSight } from './chart-sight.ts';
import { continues } from './continues.ts';
import { createCrosshair } from './crosshair.ts';
import type { OwnTrades } from './own-trades.ts';
import { LINES, type Picture } from './picture.ts';

/** Bars before those in sight, below which older ones are requested; an average needs as many as it covers. */
const NEAR_START = 30;
const SCROLL_PAUSE_MS = 100;

export interface PriceChart {
  /** Draws it; cheap where it is what is drawn, grown at its end. */
  show(picture: Picture): void;
  /** A line at the previous close, or none. */
  mark(previousClose: number | undefined): void;
  /** Paints in the colours of the present theme. */
  repaint(): void;
  /** Calls back with the start of the bar under the pointer, null where there is none. */
  onHover(listener: (time: number | null) => void): void;
  /** Calls back when the reader comes near the oldest bar. */
  onNearStart(listener: () => void): void;
  /**
   * Puts the crosshair on a bar and brings it into sight; null takes it away. It stays there, whatever is drawn, until
   * the pointer moves or another symbol or timeframe is shown.
   */
  point(time: number | null): void;
  /** Shows more bars, or fewer: a factor of the present number. */
  zoom(factor: number): void;
  remove(): void;
}

export type CreatePriceChart = (element: HTMLElement) => PriceChart;

/** Whether one picture is another, grown at its end. */
const isGrown = (shown: Picture, picture: Picture): boolean =>
  shown.key === picture.key &&
  shown.volume === picture.volume &&
  AVERAGES.every((average) => shown.lengths[average] === picture.lengths[average]) &&
  LINES.every((name) => (shown.lines[name] === undefined) === (picture.lines[name] === undefined)) &&
  continues(shown.bars, picture.bars);

const sameTrades = (a: readonly OwnTrades[], b: readonly OwnTrades[]): boolean =>
  a.length === b.length &&
  a.every(({ time, side, quantity: size }, index) => {
    const other = b[index]!;
    return other.time === time && other.side === side && other.quantity === size;
  });

export const createPriceChart: CreatePriceChart = (element) => {
  let shown: Picture | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const chart = createChartIn(element, (second) =>
    barLabel(second, shown?.size ?? { timespan: 'minute', multiplier: 1 }),
  );
  const layers = createLayers(chart);
  const closeLine = createCloseLine(layers.candles);
  const sight = createSight(chart.timeScale());
  const priceTag = createPriceTag(layers.candles);
  const crosshair = createCrosshair(chart, layers.candles);
  let nearStart = () => {};

  // While a picture is drawn the range is for a moment that of the one before.
  function check() {
    waiting = undefined;
    const range = chart.timeScale().getVisibleLogicalRange();
    if (range && shown && shown.bars.length > 0 && range.from < Math.max(NEAR_START, shown.lead)) nearStart();
  }
  const checkSoon = () => {
    waiting ??= setTimeout(check, SCROLL_PAUSE_MS);
  };
  chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
    if (range && shown) priceTag.show(range.to >= shown.bars.length - 1);
    checkSoon();
  });

  function repaint() {
    paintChart(chart);
    layers.repaint();
    // The columns carry their colours one by one.
    if (shown) layers.draw(shown);
    closeLine.repaint();
  }
  repaint();

  return {
    show(picture) {
      const before = shown;
      shown = picture;
      chart.timeScale().applyOptions({ timeVisible: isIntraday(picture.size) });
      if (before && isGrown(before, picture)) layers.grow(picture, before.bars.length);
      else layers.draw(picture);
      if (!before || !sameTrades(before.trades, picture.trades)) layers.mark(picture.trades);
      const isOther = before?.key !== picture.key || before.bars.length === 0;
      if (before && before.key !== picture.key) crosshair.drop();
      crosshair.follow(picture.bars);
      if (isOther) sight.begin(picture);
      if (before && before.lead < picture.lead) checkSoon();
    },
    mark: closeLine.mark,
    repaint,
    onHover: crosshair.onHover,
    onNearStart(listener) {
      nearStart = listener;
    },
    point(time) {
      const index = time === null || !shown ? -1 : indexOfBar(shown.bars, time);
      if (index !== -1) sight.reveal(index);
      crosshair.choose(index === -1 ? null : time);
    },
    zoom: (factor) => sight.zoom(factor, shown?.bars.length ?? 0),
    remove() {
      clearTimeout(waiting);
      chart.remove();
    },
  };
};
