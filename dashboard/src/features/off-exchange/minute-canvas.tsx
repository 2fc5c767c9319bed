import { type KeyboardEvent, useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { DarkpoolDay, DarkpoolMinute } from '../../../../src/protocol/darkpool.ts';
import { Message } from '../../components/message.tsx';
import { useLoadedChart } from '../../hooks/use-loaded-chart.ts';
import { barLabel, clockLabel } from '../../lib/bar-labels.ts';
import { money } from '../../lib/format.ts';
import { plural } from '../../lib/plural.ts';
import type { ThemeStore } from '../../stores/theme.ts';
import type { CreateMinuteChart, MinuteChart } from './minute-chart.ts';
import { timelineOf } from './timeline.ts';

export type LoadMinuteChart = () => Promise<CreateMinuteChart>;
const loadChart: LoadMinuteChart = async () => (await import('./minute-chart.ts')).createMinuteChart;

const MINUTE = { timespan: 'minute', multiplier: 1 } as const;

const inWords = ({ bullish, bearish, unknown, prints }: DarkpoolMinute): string =>
  `bullish ${money(bullish)}, bearish ${money(bearish)}, unknown ${money(unknown)}, ${plural(prints, 'print')}`;

/** Where a key moves the crosshair from one of `count` minutes; null for any other key. */
function movedBy(key: string, index: number, count: number): number | null {
  const to: Readonly<Record<string, number>> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    Home: 0,
    End: count - 1,
  };
  const moved = to[key];
  return moved === undefined ? null : Math.max(0, Math.min(count - 1, moved));
}

export interface MinuteCanvasProps {
  readonly symbol: string;
  readonly minutes: readonly DarkpoolMinute[];
  /** Times whose prints may be missing. */
  readonly gaps: DarkpoolDay['gaps'];
  readonly theme: ThemeStore;
  readonly load?: LoadMinuteChart;
}

/** Bullish amounts above the line, bearish ones below it, unknown ones apart; pointer and arrow keys read a minute. */
export function MinuteCanvas({ symbol, minutes, gaps, theme, load = loadChart }: MinuteCanvasProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  /** What the keyboard chose is read out; a pointer sees it. */
  const [spoken, setSpoken] = useState('');
  const join = useCallback((made: MinuteChart) => made.onHover(setHovered), []);
  const { element, chart, failed, retry } = useLoadedChart(load, join);
  const resolved = useStore(theme, (state) => state.resolved);
  useEffect(() => {
    if (resolved) chart?.repaint();
  }, [chart, resolved]);
  useEffect(() => {
    chart?.show(timelineOf(minutes, gaps));
  }, [chart, minutes, gaps]);

  const found = minutes.findIndex(({ time }) => time === hovered);
  const index = found < 0 ? minutes.length - 1 : found;
  const minute = minutes[index];
  const [first, last] = [minutes[0], minutes.at(-1)];

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moved = movedBy(event.key, index, minutes.length);
    const next = moved === null ? undefined : minutes[moved];
    if (!next) return;
    chart?.point(next.time);
    setHovered(next.time);
    setSpoken(`${clockLabel(next.time)}, ${inWords(next)}`);
    event.preventDefault();
  }

  if (failed) {
    return (
      <Message tone="problem" title="The chart did not load" action={{ label: 'Try again', run: retry }}>
        The figures below are complete without it.
      </Message>
    );
  }
  return (
    <figure className="p-3 sm:px-4">
      <figcaption className="min-h-10 text-muted text-xs">
        <span className="font-medium text-up">▲ bullish</span> above the line,{' '}
        <span className="font-medium text-down">▼ bearish</span> below it, unknown in the lower part. New York
        time.
        <span className="block min-h-4 text-ink">
          {minute ? `${clockLabel(minute.time)}: ${inWords(minute)}` : ''}
        </span>
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields, and this is one drawing */}
      <div
        ref={element}
        role="group"
        aria-roledescription="chart"
        aria-label={
          first && last
            ? `Off-exchange amounts of ${symbol} by minute, from ${barLabel(first.time, MINUTE)} to ${barLabel(last.time, MINUTE)}`
            : `Off-exchange amounts of ${symbol} by minute, none yet`
        }
        aria-describedby="minute-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk through its minutes
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="h-64 focus-visible:-outline-offset-2"
      />
      <p id="minute-keys" className="sr-only">
        Arrow keys move from minute to minute, Home and End to the first and the last.
      </p>
      <p aria-live="polite" className="sr-only">
        {spoken}
      </p>
      <p className="text-right text-muted text-xs">Charts by TradingView</p>
    </figure>
  );
}
