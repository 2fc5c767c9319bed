import { createStore, type StoreApi } from 'zustand/vanilla';
import { TIMEFRAMES, type TimeframeId } from '../lib/timeframes.ts';

/** What a reader may switch on and off on the chart. */
export const LAYERS = ['volume', 'simple', 'exponential', 'vwap', 'trades', 'extended'] as const;
export type Layer = (typeof LAYERS)[number];

export interface ChartChoices {
  readonly timeframe: TimeframeId;
  readonly layers: readonly Layer[];
}

export interface ChartChoicesStore extends StoreApi<ChartChoices> {
  choose(timeframe: TimeframeId): void;
  toggle(layer: Layer): void;
}

const STORAGE_KEY = 'tradecast.chart';
const USUAL: ChartChoices = { timeframe: '1d', layers: ['volume', 'vwap', 'trades', 'extended'] };

/** Whatever of a stored text is still a choice. */
function remembered(): ChartChoices {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return USUAL;
    const { timeframe, layers }: { timeframe?: unknown; layers?: unknown } = stored;
    return {
      timeframe: TIMEFRAMES.find(({ id }) => id === timeframe)?.id ?? USUAL.timeframe,
      layers: Array.isArray(layers) ? LAYERS.filter((layer) => layers.includes(layer)) : USUAL.layers,
    };
  } catch {
    return USUAL;
  }
}

/** How the reader wants charts, kept over reloads. */
export function createChartChoicesStore(): ChartChoicesStore {
  const store = createStore<ChartChoices>(remembered);
  store.subscribe(({ timeframe, layers }) => {
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify({ timeframe, layers }));
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  });
  return {
    ...store,
    choose: (timeframe) => store.setState({ timeframe }),
    toggle: (layer) =>
      store.setState(({ layers }) => ({
        layers: LAYERS.filter((one) => layers.includes(one) !== (one === layer)),
      })),
  };
}
