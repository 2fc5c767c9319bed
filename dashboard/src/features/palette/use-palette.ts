import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { useWatchlist } from '../../hooks/use-watchlist.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import type { Api } from '../../lib/api.ts';
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

/** A typist's pause; each letter would be a request. */
const PAUSE_MS = 150;
const MAX_SYMBOLS = 8;

type SearchApi = Pick<Api, 'search' | 'expirations' | 'chain'>;

interface Found {
  readonly symbols: readonly PaletteItem[];
  readonly contracts: readonly PaletteItem[];
}

async function find(api: SearchApi, text: string): Promise<Found> {
  const contracts = await searchContracts(api, text);
  if (contracts) return { symbols: [], contracts: contracts.map(contractItem) };
  const found = await api.search(text, MAX_SYMBOLS);
  const [first] = found;
  return {
    symbols: found.map(({ symbol, name }) => symbolItem(symbol, name)),
    contracts: first && meantBy(text, found) === first ? [chainItem(first.symbol)] : [],
  };
}

interface Answer extends Found {
  /** The text that this answers. */
  readonly text: string;
  readonly failed: boolean;
}

const NOTHING: Answer = { text: '', failed: false, symbols: [], contracts: [] };

/** What there is for a text; what was found for the text before stays until then. */
function useAnswer(text: string): Answer {
  const { api, timers } = useDesk();
  const [answer, setAnswer] = useState(NOTHING);
  useEffect(() => {
    if (text === '') return setAnswer(NOTHING);
    let current = true;
    const cancel = timers.after(PAUSE_MS, () => {
      find(api, text).then(
        (found) => current && setAnswer({ text, failed: false, ...found }),
        () => current && setAnswer({ ...NOTHING, text, failed: true }),
      );
    });
    return () => {
      current = false;
      cancel();
    };
  }, [api, timers, text]);
  return answer;
}

export interface PaletteResult {
  readonly groups: readonly PaletteGroup[];
  readonly status: 'searching' | 'done' | 'failed';
}

const watchedItem = (symbol: string): PaletteItem =>
  isContract(symbol) ? contractItem(symbol) : symbolItem(symbol, 'In your watchlist');

/** What there is for a text: symbols by ticker and name, contracts, pages. Without one, the watchlist and the pages. */
export function usePalette(typed: string, pages: readonly PageLink[]): PaletteResult {
  const text = typed.trim();
  const watched = useStore(useWatchlist(), ({ symbols }) => symbols);
  const answer = useAnswer(text);
  const symbols = text === '' ? watched.map(watchedItem) : answer.symbols;
  return {
    status: answer.text !== text ? 'searching' : answer.failed ? 'failed' : 'done',
    groups: filled([
      { title: text === '' ? 'Watchlist' : 'Symbols', items: symbols },
      { title: 'Options', items: answer.contracts },
      { title: 'Pages', items: pageItems(pages, text) },
    ]),
  };
}
