import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useTradingStores } from '../../hooks/trading-stores.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { minuteTime, price } from '../../lib/format.ts';
import type { Bar } from '../../stores/candles.ts';
import type { ThemeStore } from '../../stores/theme.ts';
import { Canvas } from './canvas.tsx';
import { QuoteLine } from './quote-line.tsx';
import { useOtherDay } from './use-other-day.ts';
import type { LoadPriceChart } from './use-price-chart.ts';

const loadPriceChart: LoadPriceChart = async () => (await import('./price-chart.ts')).createPriceChart;

function Legend({ symbol, bar }: { symbol: string; bar: Bar | null }) {
  const day = useOtherDay(symbol);
  const figures =
    bar &&
    ([
      ['O', bar.open],
      ['H', bar.high],
      ['L', bar.low],
      ['C', bar.close],
    ] as const);
  return (
    <p aria-hidden="true" className="flex min-h-5 flex-wrap gap-x-3 text-muted text-xs">
      <span>{bar ? minuteTime(bar.time * 1_000) : `Minutes of ${day ?? 'today'}, your local time`}</span>
      {figures?.map(([letter, value]) => (
        <span key={letter}>
          {letter} <span className="text-ink">{price(value)}</span>
        </span>
      ))}
    </p>
  );
}

/** As large as what will replace it. */
function Loading() {
  return (
    <div role="status" className="flex flex-col gap-2 p-3 sm:px-4">
      <span className="sr-only">Loading the chart</span>
      <div className="skeleton h-9 w-48" />
      <div className="skeleton h-5 w-40" />
      <div className="skeleton h-64 sm:h-80" />
    </div>
  );
}

/** An opened symbol's chart comes into sight; where its list has made way for it, as on phones, so does the focus. */
function useShowWhenOpened() {
  const { view } = useTradingStores();
  const opened = useStore(view, (state) => state.opened);
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const chart = element.current;
    if (opened === 0 || !chart) return;
    if (document.activeElement === document.body || document.activeElement?.checkVisibility?.() === false)
      chart.focus({ preventScroll: true });
    const { top, bottom } = chart.getBoundingClientRect();
    const inSight = Math.min(bottom, window.innerHeight) - Math.max(top, 0);
    if (inSight < (bottom - top) / 2) chart.scrollIntoView({ block: 'start' });
  }, [opened]);
  return element;
}

const ATTRIBUTION = (
  <a
    href="https://www.tradingview.com/"
    rel="noopener noreferrer"
    target="_blank"
    className="text-muted text-xs underline underline-offset-2"
  >
    Charts by TradingView
  </a>
);

export interface ChartPanelProps {
  readonly theme: ThemeStore;
  readonly load?: LoadPriceChart;
}

/** The chosen symbol: its last price, the day's figures and its minutes. */
export function ChartPanel({ theme, load = loadPriceChart }: ChartPanelProps) {
  const { view } = useTradingStores();
  const { watchlist } = useSharedStores();
  const symbol = useStore(view, (state) => state.symbol);
  const choosing = useStore(watchlist, ({ status }) => status === 'loading');
  const element = useShowWhenOpened();
  const [hovered, setHovered] = useState<Bar | null>(null);
  const frozen = useFreshness() === 'frozen';
  return (
    <Panel id="chart" title={symbol ?? 'Chart'} aside={ATTRIBUTION}>
      {symbol ? (
        <div
          ref={element}
          tabIndex={-1}
          className={`flex scroll-mt-28 flex-col gap-2 p-3 outline-none sm:px-4 ${frozen ? 'not-live' : ''}`}
        >
          <QuoteLine symbol={symbol} />
          <Legend symbol={symbol} bar={hovered} />
          <Canvas symbol={symbol} theme={theme} load={load} onHover={setHovered} />
        </div>
      ) : choosing ? (
        <Loading />
      ) : (
        <Message title="No symbol chosen">Choose one in the watchlist or in the order form.</Message>
      )}
    </Panel>
  );
}
