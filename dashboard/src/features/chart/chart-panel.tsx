import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { useTradingStores } from '../../hooks/trading-stores.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { useLatest } from '../../hooks/use-keyed-state.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { marketDay, minuteTime, price } from '../../lib/format.ts';
import type { Bar } from '../../stores/candles.ts';
import type { ThemeStore } from '../../stores/theme.ts';
import type { CreatePriceChart, PriceChart } from './price-chart.ts';
import { QuoteLine } from './quote-line.tsx';

export type LoadPriceChart = () => Promise<CreatePriceChart>;

const loadPriceChart: LoadPriceChart = async () => (await import('./price-chart.ts')).createPriceChart;

/** The day of the minutes shown where it is not today, as in a replay; null where it is. */
function useOtherDay(symbol: string): string | null {
  const { timers } = useDesk();
  const { candles } = useTradingStores();
  const last = useStore(candles, ({ bySymbol }) => bySymbol[symbol]?.bars.at(-1)?.time);
  if (last === undefined) return null;
  const day = marketDay(last * 1_000);
  return day === marketDay(timers.now()) ? null : day;
}

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

interface CanvasProps {
  readonly symbol: string;
  readonly theme: ThemeStore;
  readonly load: LoadPriceChart;
  readonly onHover: (bar: Bar | null) => void;
}

function Canvas({ symbol, theme, load, onHover }: CanvasProps) {
  const { candles } = useTradingStores();
  const element = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<PriceChart | null>(null);
  const [failed, setFailed] = useState(false);
  const held = useStore(candles, ({ bySymbol }) => bySymbol[symbol]);
  const previousClose = useLatest('quote', symbol)?.previousClose;
  const resolved = useStore(theme, (state) => state.resolved);

  useEffect(() => candles.load(symbol), [candles, symbol]);

  useEffect(() => {
    if (failed) return;
    let made: PriceChart | null = null;
    let gone = false;
    load().then(
      (create) => {
        if (gone || !element.current) return;
        made = create(element.current);
        made.onHover(onHover);
        setChart(made);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      made?.remove();
      setChart(null);
    };
  }, [load, onHover, failed]);

  useEffect(() => {
    if (resolved) chart?.repaint();
  }, [chart, resolved]);
  useEffect(() => chart?.show(symbol, held?.bars ?? []), [chart, symbol, held]);
  useEffect(() => chart?.mark(previousClose), [chart, previousClose]);

  const day = useOtherDay(symbol);
  const first = held?.bars[0];
  const last = held?.bars.at(-1);
  const empty = held !== undefined && held.status !== 'loading' && held.bars.length === 0;
  return (
    <div className="relative h-64 sm:h-80">
      <div
        ref={element}
        role="img"
        aria-label={
          first && last
            ? `${symbol}, minute candles ${day === null ? '' : `of ${day} `}from ${minuteTime(first.time * 1_000)} to ${minuteTime(last.time * 1_000)}`
            : `${symbol}, no candles`
        }
        className={`h-full ${empty || failed ? 'invisible' : ''}`}
      />
      {held?.status === 'loading' ? <div className="skeleton absolute inset-2" /> : null}
      {empty || failed ? (
        <div className="absolute inset-0 flex">
          <Message
            tone={failed || held?.status === 'failed' ? 'problem' : 'calm'}
            title={
              failed || held?.status === 'failed'
                ? 'The chart could not be loaded'
                : `No trades in ${symbol} yet today`
            }
            action={
              failed || held?.status === 'failed'
                ? {
                    label: 'Try again',
                    run: () => {
                      setFailed(false);
                      candles.load(symbol);
                    },
                  }
                : undefined
            }
          />
        </div>
      ) : null}
    </div>
  );
}

/** Of the size of what is to come. */
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

export function ChartPanel({ theme, load = loadPriceChart }: { theme: ThemeStore; load?: LoadPriceChart }) {
  const { view, watchlist } = useTradingStores();
  const symbol = useStore(view, (state) => state.symbol);
  const choosing = useStore(watchlist, ({ status }) => status === 'loading');
  const element = useShowWhenOpened();
  const [hovered, setHovered] = useState<Bar | null>(null);
  const frozen = useFreshness() === 'frozen';
  return (
    <Panel
      id="chart"
      title={symbol ?? 'Chart'}
      aside={
        <a
          href="https://www.tradingview.com/"
          rel="noopener noreferrer"
          target="_blank"
          className="text-muted text-xs underline underline-offset-2"
        >
          Charts by TradingView
        </a>
      }
    >
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
