/** What is drawn on a chart, as series of lightweight-charts. */
import {
  type AutoscaleInfoProvider,
  CandlestickSeries,
  createSeriesMarkers,
  HistogramSeries,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type SeriesMarker,
  type SeriesType,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { type Bar, dateAt } from '../../lib/bars.ts';
import { type Chart, colour } from '../../lib/chart-frame.ts';
import { compact, price as formatPrice, quantity } from '../../lib/format.ts';
import { isIntraday } from '../../lib/timeframes.ts';
import type { OwnTrades } from './own-trades.ts';
import { LINES, type LineName, type Picture } from './picture.ts';
import { rangeOfLine, withRoom } from './price-range.ts';

const VOLUME_PANE = 1;
/** Of the height; the candles have the rest. */
const VOLUME_SHARE = 0.22;

/** Four decimals. */
const DECIMALS = 10_000;
const CENT = 0.01;
/** Contracts trade in cents; below a dollar the price of a stock has four decimals. */
const pricesOf = (symbol: string) => ({
  type: 'custom' as const,
  // The axis counts in fractions: what it means by 0.99999999 is a dollar, not less than one.
  formatter: (value: number) => formatPrice(Math.round(value * DECIMALS) / DECIMALS, symbol),
  minMove: isContract(symbol) ? CENT : 1 / DECIMALS,
});
const VOLUMES = { type: 'custom', formatter: compact, minMove: 1 } as const;

type Series<T extends SeriesType> = ISeriesApi<T, Time>;

export const toTime = ({ time }: { readonly time: number }): UTCTimestamp => time as UTCTimestamp;
/** Half of a colour, for what stands behind. */
const faint = (name: string) => `${colour(name)}80`;

const SERIES_LOOKS: Readonly<Record<LineName, { readonly colour: string; readonly style: LineStyle }>> = {
  simple: { colour: 'accent', style: LineStyle.Solid },
  exponential: { colour: 'warn', style: LineStyle.Dashed },
  vwap: { colour: 'ink', style: LineStyle.Dotted },
};

/** The dashed line at the previous close. */
export function createCloseLine(series: Series<'Candlestick'>) {
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

/** The tag of the last price at the scale. The library takes the last bar in sight: an old close would pass for the price. */
export function createPriceTag(series: Series<'Candlestick'>) {
  let shown = true;
  return {
    show(newestInSight: boolean) {
      if (shown === newestInSight) return;
      shown = newestInSight;
      series.applyOptions({ lastValueVisible: newestInSight });
    },
  };
}

/** A series that is there only while it is switched on. */
function createOptional<T extends SeriesType>(chart: Chart, make: () => Series<T>) {
  let series: Series<T> | null = null;
  return {
    get: () => series,
    switch(on: boolean): Series<T> | null {
      if (on) series ??= make();
      else if (series) {
        chart.removeSeries(series);
        series = null;
      }
      return series;
    },
  };
}

const markerOf = ({ side, quantity: size, ...bar }: OwnTrades): SeriesMarker<Time> => ({
  time: toTime(bar),
  position: side === 'buy' ? 'belowBar' : 'aboveBar',
  shape: side === 'buy' ? 'arrowUp' : 'arrowDown',
  color: colour(side === 'buy' ? 'up' : 'down'),
  text: `${side === 'buy' ? 'B' : 'S'} ${quantity(size)}`,
});

const columnOf = (bar: Bar) => ({
  time: toTime(bar),
  value: bar.volume,
  color: faint(bar.close < bar.open ? 'down' : 'up'),
});
const candleOf = (bar: Bar) => ({ ...bar, time: toTime(bar) });

/** Of a line at a bar, with the colour of what follows it: nothing joins a line to one that starts anew, as with a day. */
function pointOf({ bars, lines }: Picture, name: LineName, index: number) {
  const bar = bars[index]!;
  const value = lines[name]?.[index] ?? null;
  if (value === null) return { time: toTime(bar) };
  const next = bars[index + 1];
  const ends = name === 'vwap' && next !== undefined && dateAt(next.time) !== dateAt(bar.time);
  return { time: toTime(bar), value, ...(ends && { color: 'transparent' }) };
}

/** The columns of volume, in a pane of their own. */
function createVolume(chart: Chart) {
  return createOptional<'Histogram'>(chart, () => {
    const options = { priceLineVisible: false, lastValueVisible: false };
    const series = chart.addSeries(HistogramSeries, { ...options, priceFormat: VOLUMES }, VOLUME_PANE);
    series.priceScale().applyOptions({ scaleMargins: { top: 0.1, bottom: 0 } });
    const [top, bottom] = chart.panes();
    top?.setStretchFactor(1 - VOLUME_SHARE);
    bottom?.setStretchFactor(VOLUME_SHARE);
    return series;
  });
}

/** The room on the scale of prices, for candles and for lines over them. */
function createRoom(chart: Chart, shown: () => Picture | null) {
  const forCandles: AutoscaleInfoProvider = (original) => {
    const [info, picture] = [original(), shown()];
    return info?.priceRange && picture
      ? { ...info, priceRange: withRoom(info.priceRange, picture.symbol) }
      : info;
  };
  const forLine =
    (name: LineName): AutoscaleInfoProvider =>
    (original) => {
      const [info, picture] = [original(), shown()];
      const line = picture?.lines[name];
      const sight = chart.timeScale().getVisibleLogicalRange();
      if (!info || !line || !sight || !isIntraday(picture.size)) return info;
      return { ...info, priceRange: rangeOfLine(line, picture.bars, sight) };
    };
  return { forCandles, forLine };
}

/** The layers of a picture: candles, lines, volume and own trades. */
export function createLayers(chart: Chart) {
  let shown: Picture | null = null;
  const room = createRoom(chart, () => shown);
  const candles = chart.addSeries(CandlestickSeries, {
    borderVisible: true,
    autoscaleInfoProvider: room.forCandles,
  });
  const markers = createSeriesMarkers<Time>(candles, []);
  const lines = LINES.map((name) => {
    const make = () =>
      chart.addSeries(LineSeries, {
        lineWidth: 2,
        lineStyle: SERIES_LOOKS[name].style,
        color: colour(SERIES_LOOKS[name].colour),
        priceLineVisible: false,
        lastValueVisible: false,
        crosshairMarkerVisible: false,
        autoscaleInfoProvider: room.forLine(name),
      });
    return { name, ...createOptional<'Line'>(chart, make) };
  });
  const volume = createVolume(chart);
  let drawnTrades: readonly OwnTrades[] = [];

  return {
    candles,
    /** Draws all of it. */
    draw(picture: Picture) {
      shown = picture;
      const { bars } = picture;
      const priceFormat = pricesOf(picture.symbol);
      candles.applyOptions({ priceFormat });
      candles.setData(bars.map(candleOf));
      volume.switch(picture.volume)?.setData(bars.map(columnOf));
      for (const line of lines) {
        const values = picture.lines[line.name];
        const series = line.switch(values !== undefined);
        series?.applyOptions({ priceFormat });
        series?.setData(bars.map((_, index) => pointOf(picture, line.name, index)));
      }
    },
    /** Draws what has changed since there were `count` bars: the last of them and what follows. */
    grow(picture: Picture, count: number) {
      shown = picture;
      const { bars } = picture;
      for (let index = count - 1; index < bars.length; index++) {
        const bar = bars[index]!;
        candles.update(candleOf(bar));
        volume.get()?.update(columnOf(bar));
        for (const { name, get } of lines) get()?.update(pointOf(picture, name, index));
      }
    },
    mark(trades: readonly OwnTrades[]) {
      drawnTrades = trades;
      markers.setMarkers(trades.map(markerOf));
    },
    repaint() {
      const [up, down] = [colour('up'), colour('down')];
      candles.applyOptions({
        // Hollow and full: the colour is not the only sign.
        upColor: colour('surface'),
        downColor: down,
        borderUpColor: up,
        borderDownColor: down,
        wickUpColor: up,
        wickDownColor: down,
        // A hollow bar has no colour to give to the label of its price.
        priceLineColor: colour('accent'),
      });
      for (const { name, get } of lines) get()?.applyOptions({ color: colour(SERIES_LOOKS[name].colour) });
      markers.setMarkers(drawnTrades.map(markerOf));
    },
  };
}
