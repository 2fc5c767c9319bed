import { useStore } from 'zustand';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { type SearchResult, useSearch } from '../../hooks/use-search.ts';
import { useWatchlist } from '../../hooks/use-watchlist.ts';
import { searchContracts } from '../../lib/contract-search.ts';
import { meantBy } from '../../lib/symbols.ts';
import {
  chainItem,
  contractItem,
  filled,
  type PageLink,
  type PaletteGroup,
  type PaletteItem,
  pageItems,
  symbolItem,
} from './items.ts';

/** `spy options`, as the palette itself writes it, is about the chain of SPY. */
const CHAIN_WORD = /\s+options?$/i;

export interface PaletteResult extends Pick<SearchResult, 'status' | 'problem'> {
  readonly groups: readonly PaletteGroup[];
}

const watchedItem = (symbol: string): PaletteItem =>
  isContract(symbol) ? contractItem(symbol) : symbolItem(symbol, 'In your watchlist');

/** The contracts that were found; without any, the chain of the stock that is meant. */
function optionItems(text: string, { symbols, contracts }: SearchResult): readonly PaletteItem[] {
  if (contracts.length > 0) return contracts.map(contractItem);
  const [first] = symbols;
  return first && meantBy(text, symbols) === first ? [chainItem(first.symbol)] : [];
}

/** What there is for a text: symbols by ticker and name, contracts, pages. Without one, the watchlist and the pages. */
export function usePalette(typed: string, pages: readonly PageLink[]): PaletteResult {
  const text = typed.trim();
  const sought = text.replace(CHAIN_WORD, '');
  const watched = useStore(useWatchlist(), ({ symbols }) => symbols);
  const result = useSearch(sought, searchContracts);
  const found = result.symbols.map(({ symbol, name }) => symbolItem(symbol, name));
  return {
    status: result.status,
    problem: result.problem,
    groups: filled([
      { title: text === '' ? 'Watchlist' : 'Symbols', items: text === '' ? watched.map(watchedItem) : found },
      { title: 'Options', items: optionItems(sought, result) },
      { title: 'Pages', items: pageItems(pages, text) },
    ]),
  };
}
