/** What every chart by lightweight-charts has: its axes, its type and its colours. */
import { ColorType, createChartEx, type IChartApiBase, type Time } from 'lightweight-charts';
import { NewYorkScale } from './new-york-scale.ts';

/** Free space to the right of the newest bar. */
export const RIGHT_EDGE_PX = 40;

export type Chart = IChartApiBase<Time>;

/** Of the present theme. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** A chart in an element, by the clock of New York. `label` writes a time out. */
export function createChartIn(element: HTMLElement, label: (second: number) => string): Chart {
  return createChartEx<Time, NewYorkScale>(element, new NewYorkScale(), {
    autoSize: true,
    layout: {
      // The logo brings a <style> element, which the page's policy forbids; the panel names the library in words.
      attributionLogo: false,
      fontFamily: getComputedStyle(element).fontFamily,
      fontSize: 11,
      panes: { enableResize: false },
    },
    localization: {
      locale: 'en-US',
      timeFormatter: (time: Time) => label(Number(time)),
    },
    timeScale: {
      timeVisible: true,
      secondsVisible: false,
      rightOffsetPixels: RIGHT_EDGE_PX,
      minBarSpacing: 0.05,
    },
    // Wide enough for the longest price: a scale that changes its width moves the whole chart.
    // A label that does not fit is left out: half a number reads as another one.
    rightPriceScale: { borderVisible: false, minimumWidth: 64, entireTextOnly: true },
    handleScroll: { vertTouchDrag: false },
  });
}

/** Paints all but its series in the colours of the present theme. */
export function paintChart(chart: Chart): void {
  const line = colour('line');
  chart.applyOptions({
    layout: {
      background: { type: ColorType.Solid, color: colour('surface') },
      textColor: colour('muted'),
      panes: { separatorColor: line, separatorHoverColor: line },
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    crosshair: {
      vertLine: { color: colour('line-strong'), labelBackgroundColor: colour('line-strong') },
      horzLine: { color: colour('line-strong'), labelBackgroundColor: colour('line-strong') },
    },
    timeScale: { borderColor: line },
  });
}
