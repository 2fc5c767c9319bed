import type { ISeriesApi, Time } from 'lightweight-charts';
import { type Bar, indexOfBar } from '../../lib/bars.ts';
import type { Chart } from '../../lib/chart-frame.ts';
import { toTime } from './chart-layers.ts';

/** The crosshair: under the pointer, or on the bar that the keyboard chose until a pointer moves over the chart. */
export function createCrosshair(chart: Chart, candles: ISeriesApi<'Candlestick', Time>) {
  let bars: readonly Bar[] = [];
  let chosen: number | null = null;
  let listener = (_time: number | null) => {};

  /** At the place that the chosen bar has by now; out of sight the library would draw it at another bar. */
  function place() {
    if (chosen === null) return;
    const index = indexOfBar(bars, chosen);
    const [bar, range] = [bars[index], chart.timeScale().getVisibleLogicalRange()];
    if (!bar || !range || index < range.from || index > range.to) chart.clearCrosshairPosition();
    else chart.setCrosshairPosition(bar.close, toTime(bar), candles);
  }
  // The range that a key asks for is there a frame later.
  chart.timeScale().subscribeVisibleLogicalRangeChange(place);
  chart.subscribeCrosshairMove(({ time, sourceEvent }) => {
    // Each new drawing moves it as well, and without an event.
    if (chosen !== null && !sourceEvent) return;
    chosen = null;
    listener(time === undefined ? null : Number(time));
  });

  return {
    onHover(tell: (time: number | null) => void) {
      listener = tell;
    },
    /** Goes on at the same bar in other bars of the same size. */
    follow(present: readonly Bar[]) {
      bars = present;
      place();
    },
    /** Puts it on a bar; null takes it away. */
    choose(time: number | null) {
      chosen = time;
      if (time === null) chart.clearCrosshairPosition();
      else place();
    },
    /** The bars are others: none of them is chosen. */
    drop() {
      chosen = null;
      chart.clearCrosshairPosition();
      listener(null);
    },
  };
}
