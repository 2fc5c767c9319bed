/** The only file that knows lightweight-charts; it is loaded when the first chart is shown. */
import {
  type CandlestickData,
  CandlestickSeries,
  ColorType,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineStyle,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { price as formatPrice, minuteTime } from '../../lib/format.ts';
import type { Bar } from '../../stores/candles.ts';
import { continues } from './continues.ts';

/** Minutes in sight when a symbol is opened. */
const VISIBLE_MINUTES = 120;

export interface PriceChart {
  /** Shows these bars; cheap where they only grew at the end. */
  show(symbol: string, bars: readonly Bar[]): void;
  /** A line at the previous close, or none. */
  mark(previousClose: number | undefined): void;
  /** Paints in the colours of the present theme. */
  repaint(): void;
  /** Calls back with the bar under the pointer, null where there is none. */
  onHover(listener: (bar: Bar | null) => void): void;
  remove(): void;
}

export type CreatePriceChart = (element: HTMLElement) => PriceChart;

const toData = (bar: Bar): CandlestickData<UTCTimestamp> => ({ ...bar, time: bar.time as UTCTimestamp });
const clock = (time: Time): string => minuteTime(Number(time) * 1_000);
const colour = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const createIn = (element: HTMLElement): IChartApi =>
  createChart(element, {
    autoSize: true,
    layout: {
      // The logo brings a <style> element, which the page's policy forbids; the panel names the library in words.
      attributionLogo: false,
      fontFamily: getComputedStyle(element).fontFamily,
      fontSize: 11,
    },
    localization: { locale: 'en-US', timeFormatter: clock, priceFormatter: formatPrice },
    timeScale: { timeVisible: true, secondsVisible: false, tickMarkFormatter: clock, rightOffset: 4 },
    rightPriceScale: { borderVisible: false },
    handleScroll: { vertTouchDrag: false },
  });

function paint(chart: IChartApi, series: ISeriesApi<'Candlestick'>): void {
  const line = colour('line');
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: colour('surface') }, textColor: colour('muted') },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    crosshair: {
      vertLine: { color: colour('line-strong'), labelBackgroundColor: colour('line-strong') },
      horzLine: { color: colour('line-strong'), labelBackgroundColor: colour('line-strong') },
    },
    timeScale: { borderColor: line },
  });
  const [up, down] = [colour('up'), colour('down')];
  series.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down });
}

/** The dashed line at the previous close. */
function createCloseLine(series: ISeriesApi<'Candlestick'>) {
  let line: ReturnType<typeof series.createPriceLine> | null = null;
  let markedAt: number | undefined;
  return {
    repaint: () => line?.applyOptions({ color: colour('muted') }),
    mark(previousClose: number | undefined) {
      if (previousClose === markedAt) return;
      markedAt = previousClose;
      if (line) series.removePriceLine(line);
      line =
        previousClose === undefined
          ? null
          : series.createPriceLine({
              price: previousClose,
              color: colour('muted'),
              lineWidth: 1,
              lineStyle: LineStyle.Dashed,
              title: 'prev. close',
            });
    },
  };
}

export const createPriceChart: CreatePriceChart = (element) => {
  const chart = createIn(element);
  const series = chart.addSeries(CandlestickSeries, { borderVisible: false });
  const closeLine = createCloseLine(series);
  let shown: readonly Bar[] = [];
  let shownSymbol: string | null = null;
  let zoomed = false;

  /** To the last minutes. Without a width, as in a view that is not shown, it has to wait for one. */
  function zoom() {
    const scale = chart.timeScale();
    zoomed = scale.width() > 0 && shown.length > 0;
    if (!zoomed) return;
    scale.setVisibleLogicalRange({ from: Math.max(0, shown.length - VISIBLE_MINUTES), to: shown.length + 3 });
  }
  chart.timeScale().subscribeSizeChange(() => {
    if (!zoomed) zoom();
  });

  function repaint() {
    paint(chart, series);
    closeLine.repaint();
  }
  repaint();

  return {
    show(symbol, bars) {
      if (continues(shown, bars)) {
        for (const bar of bars.slice(shown.length - 1)) series.update(toData(bar));
        shown = bars;
        return;
      }
      series.setData(bars.map(toData));
      shown = bars;
      if (symbol !== shownSymbol) zoomed = false;
      shownSymbol = symbol;
      if (!zoomed) zoom();
    },
    mark: closeLine.mark,
    repaint,
    onHover(listener) {
      chart.subscribeCrosshairMove(({ time }) =>
        listener(time === undefined ? null : (shown.find((bar) => bar.time === time) ?? null)),
      );
    },
    remove: () => chart.remove(),
  };
};
