import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { TradecastError } from '../../../../src/protocol/errors.ts';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { useWatchlist } from '../../hooks/use-watchlist.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import type { Api } from '../../lib/api.ts';
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

/** A typist's pause; each letter would be a request. */
const PAUSE_MS = 150;
const MAX_SYMBOLS = 8;

type SearchApi = Pick<Api, 'search' | 'expirations' | 'chain'>;

interface Found {
  readonly symbols: readonly PaletteItem[];
  readonly contracts: readonly PaletteItem[];
  /** What could not be searched, and why; null where all was. */
  readonly problem: string | null;
}

const NO_SYMBOLS = 'Symbols cannot be searched right now. Type again to retry.';
const contractsProblem = (error: unknown): string =>
  error instanceof TradecastError
    ? `Option contracts cannot be searched: ${error.message}`
    : 'Option contracts cannot be searched right now. Type again to retry.';

/** Symbols and contracts are searched side by side: `pier 1` may be a strike and a company. */
/** `spy options`, as the palette itself writes it, is about the chain of SPY. */
const CHAIN_WORD = /\s+options?$/i;

async function find(api: SearchApi, typed: string): Promise<Found> {
  const text = typed.replace(CHAIN_WORD, '');
  const named = contractNamed(text);
  if (named !== null) return { symbols: [], contracts: [contractItem(named)], problem: null };
  const [contracts, symbols] = await Promise.allSettled([
    searchContracts(api, text),
    api.search(text, MAX_SYMBOLS),
  ]);
  const found = symbols.status === 'fulfilled' ? symbols.value : [];
  const [first] = found;
  const chain = first && meantBy(text, found) === first ? [chainItem(first.symbol)] : [];
  return {
    symbols: found.map(({ symbol, name }) => symbolItem(symbol, name)),
    contracts: (contracts.status === 'fulfilled' && contracts.value?.map(contractItem)) || chain,
    problem:
      contracts.status === 'rejected'
        ? contractsProblem(contracts.reason)
        : symbols.status === 'rejected'
          ? NO_SYMBOLS
          : null,
  };
}

interface Answer extends Found {
  /** The text that this answers. */
  readonly text: string;
}

const NOTHING: Answer = { text: '', problem: null, symbols: [], contracts: [] };

/** What there is for a text; what was found for the text before stays until then. */
function useAnswer(text: string): Answer {
  const { api, timers } = useDesk();
  const [answer, setAnswer] = useState(NOTHING);
  useEffect(() => {
    if (text === '') return setAnswer(NOTHING);
    let current = true;
    const cancel = timers.after(PAUSE_MS, () => {
      void find(api, text).then((found) => current && setAnswer({ text, ...found }));
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
  readonly status: 'searching' | 'done';
  /** What could not be searched, and why; null where all was. */
  readonly problem: string | null;
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
    status: answer.text === text ? 'done' : 'searching',
    problem: answer.text === text ? answer.problem : null,
    groups: filled([
      { title: text === '' ? 'Watchlist' : 'Symbols', items: symbols },
      { title: 'Options', items: answer.contracts },
      { title: 'Pages', items: pageItems(pages, text) },
    ]),
  };
}
