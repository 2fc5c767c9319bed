import { useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { indexOfBar } from '../../lib/bars.ts';
import { type BarHistory, nothingOf } from '../../stores/bar-history.ts';
import { createChartChoicesStore } from '../../stores/chart-choices.ts';
import type { ThemeStore } from '../../stores/theme.ts';
import { ChartCanvas } from './chart-canvas.tsx';
import { ChartLegend } from './chart-legend.tsx';
import { ChartNote } from './chart-note.tsx';
import { ChartToolbar } from './chart-toolbar.tsx';
import { unmarkedBefore } from './own-trades.ts';
import { pictureOf } from './picture.ts';
import { useBarHistory } from './use-bar-history.ts';
import type { LoadPriceChart } from './use-price-chart.ts';

export interface ChartViewProps {
  readonly symbol: string;
  readonly theme: ThemeStore;
  readonly load: LoadPriceChart;
}

/** The bars of a symbol as the reader wants them. */
export function ChartView({ symbol, theme, load }: ChartViewProps) {
  const [choices] = useState(createChartChoicesStore);
  const { timeframe, layers, lengths } = useStore(choices);
  const { trades } = useSharedStores();
  const { entries, older } = useStore(trades);
  const [hovered, setHovered] = useState<number | null>(null);
  const element = useRef<HTMLDivElement>(null);
  const { store, history: held } = useBarHistory(symbol, timeframe);
  const history = useMemo<BarHistory>(() => held ?? nothingOf(symbol, timeframe), [held, symbol, timeframe]);
  const picture = useMemo(
    () => pictureOf(history, { layers, lengths }, entries),
    [history, layers, lengths, entries],
  );
  const under = hovered === null ? -1 : indexOfBar(picture.bars, hovered);
  const index = under === -1 ? picture.bars.length - 1 : under;
  return (
    <div ref={element} className="flex flex-col gap-2">
      <ChartToolbar
        choices={choices}
        // A browser without the method has no hidden views worth a check.
        inSight={() => element.current?.checkVisibility?.() ?? true}
      />
      <ChartLegend picture={picture} index={index} />
      <ChartCanvas
        history={history}
        store={store}
        picture={picture}
        index={index}
        theme={theme}
        load={load}
        onHover={setHovered}
      />
      <ChartNote
        history={history}
        onRetry={store.retry}
        unmarkedBefore={layers.includes('trades') && older ? unmarkedBefore(picture.bars, entries) : null}
      />
    </div>
  );
}
