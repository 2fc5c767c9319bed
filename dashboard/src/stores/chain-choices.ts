import { createStore, type StoreApi } from 'zustand/vanilla';

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

/** Of what an older or a newer page has stored, the part that this one knows. */
function readChoices(text: string | null): ChainChoices {
  const stored: unknown = JSON.parse(text ?? '{}');
  if (typeof stored !== 'object' || stored === null) return INITIAL;
  const { columns, side, underlying, contract } = stored as Partial<Record<keyof ChainChoices, unknown>>;
  const known = Array.isArray(columns) ? columns.filter(isColumn) : [];
  return {
    columns: known.length > 0 ? known : INITIAL.columns,
    side: side === 'put' ? 'put' : 'call',
    underlying: textOrNull(underlying),
    contract: textOrNull(contract),
  };
}

function stored(): ChainChoices {
  try {
    return readChoices(localStorage.getItem(STORAGE_KEY));
  } catch {
    // Storage is forbidden, or it holds something else.
    return INITIAL;
  }
}

export function createChainChoices(): ChainChoicesStore {
  const store = createStore<ChainChoices>(stored);
  return {
    ...store,
    choose(part) {
      store.setState(part);
      try {
        localStorage.setItem(STORAGE_KEY, JSON.stringify(store.getState()));
      } catch {
        // Storage may be forbidden; the choice then lasts as long as the page.
      }
    },
  };
}
