import { createStore, type StoreApi } from 'zustand/vanilla';
import { keep, readKeptObject } from '../lib/kept.ts';
import { TIMEFRAMES, type TimeframeId } from '../lib/timeframes.ts';

/** What a reader may switch on and off on the chart. */
export const LAYERS = ['volume', 'simple', 'exponential', 'vwap', 'trades', 'extended'] as const;
export type Layer = (typeof LAYERS)[number];

/** The averages over a number of bars that the reader chooses. */
export const AVERAGES = ['simple', 'exponential'] as const satisfies readonly Layer[];
export type Average = (typeof AVERAGES)[number];
/** Over one bar an average is the price itself. */
export const SHORTEST_AVERAGE = 2;
/** The longest average that readers of charts name, of 200 days; its bars are requested beyond those in sight. */
export const LONGEST_AVERAGE = 200;

export interface ChartChoices {
  readonly timeframe: TimeframeId;
  readonly layers: readonly Layer[];
  /** Bars that each average covers. */
  readonly lengths: Readonly<Record<Average, number>>;
}

export interface ChartChoicesStore extends StoreApi<ChartChoices> {
  choose(timeframe: TimeframeId): void;
  toggle(layer: Layer): void;
  /** Does nothing where the length is none that an average may have. */
  setLength(average: Average, length: number): void;
}

const STORAGE_KEY = 'tradecast.chart';
const USUAL: ChartChoices = {
  timeframe: '1d',
  layers: ['volume', 'vwap', 'trades', 'extended'],
  lengths: { simple: 50, exponential: 20 },
};

/** Whether an average may cover this many bars. */
export const isLength = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= SHORTEST_AVERAGE && Number(value) <= LONGEST_AVERAGE;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Whatever of what was kept is still a choice. */
function remembered(): ChartChoices {
  const { timeframe, layers, lengths } = readKeptObject(STORAGE_KEY);
  const kept = (average: Average): number => {
    const length = isObject(lengths) ? lengths[average] : undefined;
    return isLength(length) ? length : USUAL.lengths[average];
  };
  return {
    timeframe: TIMEFRAMES.find(({ id }) => id === timeframe)?.id ?? USUAL.timeframe,
    layers: Array.isArray(layers) ? LAYERS.filter((layer) => layers.includes(layer)) : USUAL.layers,
    lengths: { simple: kept('simple'), exponential: kept('exponential') },
  };
}

/** How the reader wants charts, kept over reloads. */
export function createChartChoicesStore(): ChartChoicesStore {
  const store = createStore<ChartChoices>(remembered);
  store.subscribe((choices) => keep(STORAGE_KEY, JSON.stringify(choices)));
  return {
    ...store,
    choose: (timeframe) => store.setState({ timeframe }),
    toggle: (layer) =>
      store.setState(({ layers }) => ({
        layers: LAYERS.filter((one) => layers.includes(one) !== (one === layer)),
      })),
    setLength(average, length) {
      if (isLength(length)) store.setState(({ lengths }) => ({ lengths: { ...lengths, [average]: length } }));
    },
  };
}
