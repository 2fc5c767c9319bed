import { useStore } from 'zustand';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { useExpiredByCalendar } from '../../hooks/use-expired.ts';
import { type SearchResult, useSearch } from '../../hooks/use-search.ts';
import { useWatchlist } from '../../hooks/use-watchlist.ts';
import { searchContracts } from '../../lib/contract-search.ts';
import { meantBy } from '../../lib/symbols.ts';
import { contractNamed } from '../../lib/typed-contract.ts';
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

/**
 * The contracts that were found; without any, the chain of the stock that is meant. Those of a chain are listed: only one
 * that is named in full may have expired.
 */
function optionItems(
  text: string,
  { symbols, contracts }: SearchResult,
  hasExpired: (contract: string) => boolean,
): readonly PaletteItem[] {
  const named = contractNamed(text) !== null;
  if (contracts.length > 0) return contracts.map((one) => contractItem(one, named && hasExpired(one)));
  const [first] = symbols;
  return first && meantBy(text, symbols) === first ? [chainItem(first.symbol)] : [];
}

/** What there is for a text: symbols by ticker and name, contracts, pages. Without one, the watchlist and the pages. */
export function usePalette(typed: string, pages: readonly PageLink[]): PaletteResult {
  const text = typed.trim();
  const sought = text.replace(CHAIN_WORD, '');
  const watched = useStore(useWatchlist(), ({ symbols }) => symbols);
  const result = useSearch(sought, searchContracts);
  const hasExpired = useExpiredByCalendar();
  const watchedItem = (symbol: string) =>
    isContract(symbol) ? contractItem(symbol, hasExpired(symbol)) : symbolItem(symbol, 'In your watchlist');
  const found = result.symbols.map(({ symbol, name }) => symbolItem(symbol, name));
  return {
    status: result.status,
    problem: result.problem,
    groups: filled([
      { title: text === '' ? 'Watchlist' : 'Symbols', items: text === '' ? watched.map(watchedItem) : found },
      { title: 'Options', items: optionItems(sought, result, hasExpired) },
      { title: 'Pages', items: pageItems(pages, text) },
    ]),
  };
}
