import { type KeyboardEvent, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { usePresent } from '../../hooks/use-present.ts';
import { barLabel } from '../../lib/bar-labels.ts';
import { price } from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import { timeframeOf } from '../../lib/timeframes.ts';
import type { BarHistory, BarHistoryStore } from '../../stores/bar-history.ts';
import type { ThemeStore } from '../../stores/theme.ts';
import { ChartAbsence } from './chart-absence.tsx';
import type { Picture } from './picture.ts';
import { type LoadPriceChart, usePriceChart } from './use-price-chart.ts';

const PAGE = 20;
const ZOOM_IN = 0.8;

/** Where a key moves the crosshair from one of `count` bars; null for any other key. */
function movedBy(key: string, index: number, count: number): number | null {
  const to: Readonly<Record<string, number>> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    PageUp: index - PAGE,
    PageDown: index + PAGE,
    Home: 0,
    End: count - 1,
  };
  const moved = to[key];
  return moved === undefined ? null : Math.max(0, Math.min(count - 1, moved));
}

function inWords({ symbol, timeframe }: BarHistory, { bars, size }: Picture): string {
  const { sizeName } = timeframeOf(timeframe);
  const name = instrumentWords(symbol);
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last) return `Chart of ${name}, no bars`;
  return `Chart of ${name}, ${sizeName} from ${barLabel(first.time, size)} to ${barLabel(last.time, size)}`;
}

export interface ChartCanvasProps {
  readonly history: BarHistory;
  readonly store: BarHistoryStore;
  readonly picture: Picture;
  /** Of the bar under the crosshair, else of the newest. */
  readonly index: number;
  readonly theme: ThemeStore;
  readonly load: LoadPriceChart;
  /** The start of the bar under the crosshair, null where there is none. */
  readonly onHover: (time: number | null) => void;
}

/** The drawing, which pointer and keyboard walk through, or why there is none. */
export function ChartCanvas({ history, store, picture, index, theme, load, onHover }: ChartCanvasProps) {
  const { element, chart, failed, retry } = usePriceChart(load, onHover, store.loadOlder);
  const { present } = usePresent(history.symbol);
  // Of today alone: over a year it is one close of many.
  const previousClose = history.timeframe === '1d' ? present?.previousClose : undefined;
  const resolved = useStore(theme, (state) => state.resolved);
  /** What the keyboard chose is read out; a pointer sees it. */
  const [spoken, setSpoken] = useState('');

  useEffect(() => {
    if (resolved) chart?.repaint();
  }, [chart, resolved]);
  useEffect(() => {
    chart?.show(picture);
  }, [chart, picture]);
  useEffect(() => {
    chart?.mark(previousClose);
  }, [chart, previousClose]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moved = movedBy(event.key, index, picture.bars.length);
    const bar = moved === null ? undefined : picture.bars[moved];
    if (bar) {
      chart?.point(bar.time);
      onHover(bar.time);
      setSpoken(`${barLabel(bar.time, picture.size)}, close ${price(bar.close, picture.symbol)}`);
    } else if (event.key === '+' || event.key === '-') chart?.zoom(event.key === '+' ? ZOOM_IN : 1 / ZOOM_IN);
    else if (event.key === 'Escape') {
      chart?.point(null);
      onHover(null);
    } else return;
    event.preventDefault();
  }

  const loading = history.status === 'loading';
  const absent = failed || (!loading && picture.bars.length === 0);
  return (
    <div className="relative h-72 sm:h-96 xl:h-[clamp(18rem,100dvh-26rem,27rem)]">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields, and this is one drawing */}
      <div
        ref={element}
        role="group"
        aria-roledescription="chart"
        aria-label={inWords(history, picture)}
        aria-describedby="chart-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk through its bars
        tabIndex={0}
        onKeyDown={onKeyDown}
        className={`h-full focus-visible:-outline-offset-2 ${absent || loading ? 'invisible' : ''}`}
      />
      <p id="chart-keys" className="sr-only">
        Arrow keys move from bar to bar, Home and End to the first and the last, plus and minus zoom.
      </p>
      <p aria-live="polite" className="sr-only">
        {spoken}
      </p>
      {loading ? (
        <div role="status" className="skeleton absolute inset-2">
          <span className="sr-only">Loading the bars</span>
        </div>
      ) : null}
      {absent ? (
        <div className="absolute inset-0 flex">
          <ChartAbsence
            codeFailed={failed}
            history={history}
            onRetry={() => {
              retry();
              store.retry();
            }}
          />
        </div>
      ) : null}
    </div>
  );
}
