import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useWatchlist } from '../../hooks/use-watchlist.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { contractNamed } from '../../lib/typed-contract.ts';
import {
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

interface Found {
  /** The text that this answers. */
  readonly text: string;
  readonly failed: boolean;
  readonly symbols: readonly PaletteItem[];
}

const NOTHING: Found = { text: '', failed: false, symbols: [] };

/** What the server finds for a text; what was found for the text before stays until then. */
function useFound(text: string): Found {
  const { api, timers } = useDesk();
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    if (text === '') return setFound(NOTHING);
    let current = true;
    const cancel = timers.after(PAUSE_MS, () => {
      api.search(text, MAX_SYMBOLS).then(
        (list) =>
          current &&
          setFound({
            text,
            failed: false,
            symbols: list.map(({ symbol, name }) => symbolItem(symbol, name)),
          }),
        () => current && setFound({ text, failed: true, symbols: [] }),
      );
    });
    return () => {
      current = false;
      cancel();
    };
  }, [api, timers, text]);
  return found;
}

export interface PaletteResult {
  readonly groups: readonly PaletteGroup[];
  readonly status: 'searching' | 'done' | 'failed';
}

/** What there is for a text: symbols by ticker and name, a contract, pages. Without one, the watchlist and the pages. */
export function usePalette(typed: string, pages: readonly PageLink[]): PaletteResult {
  const text = typed.trim();
  const watched = useStore(useWatchlist(), ({ symbols }) => symbols);
  const found = useFound(text);
  const named = contractNamed(text);
  const contract = named === null ? null : contractItem(named);
  const symbols =
    text === '' ? watched.map((symbol) => symbolItem(symbol, 'In your watchlist')) : found.symbols;
  return {
    status: found.text !== text ? 'searching' : found.failed ? 'failed' : 'done',
    groups: filled([
      { title: 'Contracts', items: contract ? [contract] : [] },
      { title: text === '' ? 'Watchlist' : 'Symbols', items: symbols },
      { title: 'Pages', items: pageItems(pages, text) },
    ]),
  };
}
