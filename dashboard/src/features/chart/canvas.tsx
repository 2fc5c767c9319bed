import { useEffect } from 'react';
import { useStore } from 'zustand';
import { Message } from '../../components/message.tsx';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { minuteTime } from '../../lib/format.ts';
import type { Bar, Candles } from '../../stores/candles.ts';
import type { ThemeStore } from '../../stores/theme.ts';
import { useOtherDay } from './use-other-day.ts';
import { type LoadPriceChart, usePriceChart } from './use-price-chart.ts';

export interface CanvasProps {
  readonly symbol: string;
  readonly theme: ThemeStore;
  readonly load: LoadPriceChart;
  readonly onHover: (bar: Bar | null) => void;
}

function inWords(symbol: string, bars: readonly Bar[], day: string | null): string {
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last) return `${symbol}, no candles`;
  const from = `${day === null ? '' : `of ${day} `}from ${minuteTime(first.time * 1_000)}`;
  return `${symbol}, minute candles ${from} to ${minuteTime(last.time * 1_000)}`;
}

interface AbsenceProps {
  readonly symbol: string;
  /** The chart's code could not be loaded. */
  readonly codeFailed: boolean;
  readonly candles: Candles | undefined;
  readonly onRetry: () => void;
}

/** What stands in the place of a chart that cannot be drawn. */
function Absence({ symbol, codeFailed, candles, onRetry }: AbsenceProps) {
  const action = { label: 'Try again', run: onRetry };
  if (codeFailed) {
    return (
      <Message tone="problem" title="The chart did not load" action={action}>
        Check your connection and try again.
      </Message>
    );
  }
  if (candles?.status === 'failed') {
    return <Message tone="problem" title="Price history is unavailable right now" action={action} />;
  }
  return <Message title={`No trades in ${symbol} yet today`} />;
}

export function Canvas({ symbol, theme, load, onHover }: CanvasProps) {
  const { states } = useDesk();
  const { candles } = useSharedStores();
  const { element, chart, failed, retry } = usePriceChart(load, onHover);
  const held = useStore(candles, ({ bySymbol }) => bySymbol[symbol]);
  const previousClose = useStore(states.quote, ({ bySubject }) => bySubject[symbol]?.previousClose);
  const resolved = useStore(theme, (state) => state.resolved);
  const day = useOtherDay(symbol);

  useEffect(() => candles.load(symbol), [candles, symbol]);
  useEffect(() => {
    if (resolved) chart?.repaint();
  }, [chart, resolved]);
  useEffect(() => chart?.show(symbol, held?.bars ?? []), [chart, symbol, held]);
  useEffect(() => chart?.mark(previousClose), [chart, previousClose]);

  const loading = held === undefined || held.status === 'loading';
  const absent = failed || (!loading && held.bars.length === 0);
  return (
    <div className="relative h-64 sm:h-80">
      <div
        ref={element}
        role="img"
        aria-label={inWords(symbol, held?.bars ?? [], day)}
        className={`h-full ${absent ? 'invisible' : ''}`}
      />
      {held?.status === 'loading' ? <div className="skeleton absolute inset-2" /> : null}
      {absent ? (
        <div className="absolute inset-0 flex">
          <Absence
            symbol={symbol}
            codeFailed={failed}
            candles={held}
            onRetry={() => {
              retry();
              candles.load(symbol);
            }}
          />
        </div>
      ) : null}
    </div>
  );
}
