/** Off-exchange amounts by minute, by lightweight-charts; it is loaded when the first one is shown. */
import { HistogramSeries, type Time, type UTCTimestamp } from 'lightweight-charts';
import type { DarkpoolMinute } from '../../../../src/protocol/darkpool.ts';
import { barLabel } from '../../lib/bar-labels.ts';
import { colour, createChartIn, paintChart } from '../../lib/chart-frame.ts';
import { compactMoney } from '../../lib/format.ts';
import type { TimelineMinute } from './timeline.ts';

const UNKNOWN_PANE = 1;
/** Of the height; bullish and bearish amounts have the rest. */
const UNKNOWN_SHARE = 0.25;
/** The first minutes of a day would else be as wide as hours. */
const WIDEST_BAR_PX = 24;
const MINUTE = { timespan: 'minute', multiplier: 1 } as const;
/** Dollars either side of the line, whose side the colour and the legend tell. */
const AMOUNTS = {
  type: 'custom',
  formatter: (value: number) => compactMoney(Math.abs(value)),
  minMove: 1,
} as const;

export interface MinuteChart {
  show(minutes: readonly TimelineMinute[]): void;
  /** Paints in the colours of the present theme. */
  repaint(): void;
  /** Calls back with the minute under the pointer, seconds since epoch; null where there is none. */
  onHover(listener: (time: number | null) => void): void;
  /** Puts the crosshair on a minute; null takes it away. */
  point(time: number | null): void;
  remove(): void;
}

export type CreateMinuteChart = (element: HTMLElement) => MinuteChart;

export const createMinuteChart: CreateMinuteChart = (element) => {
  const chart = createChartIn(element, (second) => barLabel(second, MINUTE));
  chart.timeScale().applyOptions({
    maxBarSpacing: WIDEST_BAR_PX,
    // The day begins at the left, and its first label is not cut.
    fixLeftEdge: true,
  });
  const options = { priceFormat: AMOUNTS, priceLineVisible: false, lastValueVisible: false };
  // A full column behind the amounts, on a scale of its own.
  const missing = chart.addSeries(HistogramSeries, { ...options, priceScaleId: 'missing' });
  missing.priceScale().applyOptions({ scaleMargins: { top: 0, bottom: 0 } });
  const bullish = chart.addSeries(HistogramSeries, options);
  const bearish = chart.addSeries(HistogramSeries, options);
  const unknown = chart.addSeries(HistogramSeries, options, UNKNOWN_PANE);
  const [top, bottom] = chart.panes();
  top?.setStretchFactor(1 - UNKNOWN_SHARE);
  bottom?.setStretchFactor(UNKNOWN_SHARE);
  let shown: readonly TimelineMinute[] = [];
  /** Nobody has moved the chart: every minute is in sight. */
  const isWhole = (): boolean => {
    const range = chart.timeScale().getVisibleLogicalRange();
    return range === null || (range.from <= 0.5 && range.to >= shown.length - 1.5);
  };
  const pointsOf = (amountOf: (minute: DarkpoolMinute) => number) =>
    shown.map(({ time, amounts }) => ({
      time: time as UTCTimestamp,
      ...(amounts && { value: amountOf(amounts) }),
    }));

  bullish.priceScale().applyOptions({ scaleMargins: { top: 0.12, bottom: 0.08 } });

  function repaint() {
    paintChart(chart);
    bullish.applyOptions({ color: colour('up') });
    bearish.applyOptions({ color: colour('down') });
    unknown.applyOptions({ color: colour('line-strong') });
    missing.applyOptions({ color: colour('warn-soft') });
  }
  repaint();

  return {
    repaint,
    show(minutes) {
      const stays = isWhole();
      shown = minutes;
      bullish.setData(pointsOf((minute) => minute.bullish));
      bearish.setData(pointsOf((minute) => -minute.bearish));
      unknown.setData(pointsOf((minute) => minute.unknown));
      missing.setData(
        shown.map(({ time, inGap }) => ({ time: time as UTCTimestamp, ...(inGap && { value: 1 }) })),
      );
      if (stays) chart.timeScale().fitContent();
    },
    onHover(listener) {
      chart.subscribeCrosshairMove(({ time }) => listener(time === undefined ? null : Number(time)));
    },
    point(time) {
      const minute = shown.find((one) => one.time === time)?.amounts;
      if (!minute) return chart.clearCrosshairPosition();
      chart.setCrosshairPosition(minute.bullish, minute.time as Time, bullish);
    },
    remove: () => chart.remove(),
  };
};
