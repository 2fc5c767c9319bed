import { createStore, type StoreApi } from 'zustand/vanilla';
import { keep, readKeptObject } from '../lib/kept.ts';

/** What a chain can show of a contract, from the strike outwards. */
export const CHAIN_COLUMNS = [
  'bid',
  'ask',
  'last',
  'change',
  'changePercent',
  'impliedVolatility',
  'delta',
  'gamma',
  'theta',
  'vega',
  'volume',
  'openInterest',
  'age',
] as const;
export type ChainColumn = (typeof CHAIN_COLUMNS)[number];

export type OptionSide = 'call' | 'put';

/** What the reader chose on the Options page. Kept in the browser. */
export interface ChainChoices {
  readonly columns: readonly ChainColumn[];
  /** What a narrow screen shows. */
  readonly side: OptionSide;
  /** The underlying that was open last; null before the first. */
  readonly underlying: string | null;
  /** The contract that was opened last, where a return to its chain starts. */
  readonly contract: string | null;
}

export interface ChainChoicesStore extends StoreApi<ChainChoices> {
  choose(part: Partial<ChainChoices>): void;
}

const STORAGE_KEY = 'tradecast.options';

/** As many as two sides of them fit a laptop's screen. */
const INITIAL: ChainChoices = {
  columns: ['bid', 'ask', 'last', 'impliedVolatility', 'delta', 'volume', 'openInterest', 'age'],
  side: 'call',
  underlying: null,
  contract: null,
};

const isColumn = (value: unknown): value is ChainColumn => CHAIN_COLUMNS.some((column) => column === value);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Of what an older or a newer page has kept, the part that this one knows. */
function remembered(): ChainChoices {
  const { columns, side, underlying, contract } = readKeptObject(STORAGE_KEY);
  const known = Array.isArray(columns) ? columns.filter(isColumn) : [];
  return {
    columns: known.length > 0 ? known : INITIAL.columns,
    side: side === 'put' ? 'put' : 'call',
    underlying: textOrNull(underlying),
    contract: textOrNull(contract),
  };
}

export function createChainChoices(): ChainChoicesStore {
  const store = createStore<ChainChoices>(remembered);
  return {
    ...store,
    choose(part) {
      store.setState(part);
      keep(STORAGE_KEY, JSON.stringify(store.getState()));
    },
  };
}
