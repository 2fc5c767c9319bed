import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { useStore } from 'zustand';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { parseSymbol } from '../../../../src/protocol/symbol.ts';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useTradingStores } from '../../hooks/trading-stores.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { useLoaded } from '../../hooks/use-loaded.ts';
import { useContract, usePresent } from '../../hooks/use-present.ts';
import { underlyingOf } from '../../lib/contracts.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import type { ThemeStore } from '../../stores/theme.ts';
import type { ChartViewProps } from './chart-view.tsx';
import { QuoteLine } from './quote-line.tsx';
import type { LoadPriceChart } from './use-price-chart.ts';

const loadChartView = async () => (await import('./chart-view.tsx')).ChartView;
const loadPriceChart: LoadPriceChart = async () => (await import('./price-chart.ts')).createPriceChart;

/** As large as what will replace it. */
function Loading() {
  return (
    <div role="status" className="flex flex-col gap-2 p-3 sm:px-4">
      <span className="sr-only">Loading the chart</span>
      <div className="skeleton h-9 w-48" />
      <LoadingView />
    </div>
  );
}

function LoadingView() {
  return (
    <div className="flex flex-col gap-2">
      <div className="skeleton h-8 w-full max-w-96" />
      <div className="skeleton h-20 @lg:h-15 @4xl:h-10" />
      <div className="skeleton h-72 sm:h-96 xl:h-[clamp(18rem,100dvh-26rem,27rem)]" />
      <div className="h-5" />
    </div>
  );
}

/** Everything below the quote, when its code is here. */
function View(props: ChartViewProps) {
  const { part: ChartView, failed, retry } = useLoaded(loadChartView);
  if (ChartView) return <ChartView {...props} />;
  return failed ? (
    <Message tone="problem" title="The chart did not load" action={{ label: 'Try again', run: retry }}>
      Check your connection and try again.
    </Message>
  ) : (
    <LoadingView />
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

/** From a stock to its chain, from a contract to its neighbours. */
function ChainLink({ symbol }: { symbol: string }) {
  const { option } = usePresent(symbol);
  const parsed = parseSymbol(symbol);
  const contract = parsed?.kind === 'option' ? parsed : null;
  // A contract's update names its stock; before it, the root does, and the page of the chain knows whose it is.
  const underlying = option?.underlying ?? (contract ? underlyingOf(contract) : symbol);
  return (
    <Link
      href={pathTo.chain(underlying, contract?.expiry)}
      className="text-accent text-xs underline underline-offset-2"
    >
      {underlying} options
    </Link>
  );
}

/** The present, also of a contract, which this panel keeps coming. */
function Present({ symbol }: { symbol: string }) {
  useContract(symbol);
  return <QuoteLine symbol={symbol} />;
}

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
  const frozen = useFreshness() === 'frozen';
  return (
    <Panel
      id="chart"
      title={symbol === null ? 'Chart' : instrumentWords(symbol)}
      aside={
        <>
          {symbol === null ? null : <ChainLink symbol={symbol} />}
          {ATTRIBUTION}
        </>
      }
    >
      {symbol ? (
        <div
          ref={element}
          tabIndex={-1}
          className={`flex scroll-mt-28 flex-col gap-2 p-3 outline-none sm:px-4 ${frozen ? 'not-live' : ''}`}
        >
          <Present symbol={symbol} />
          <View symbol={symbol} theme={theme} load={load} />
        </div>
      ) : choosing ? (
        <Loading />
      ) : (
        <Message title="No symbol chosen">Choose one in the watchlist or in the order form.</Message>
      )}
    </Panel>
  );
}
