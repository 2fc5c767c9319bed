import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { TradecastError } from '../../../../src/protocol/errors.ts';
import { useWatchlist } from '../../hooks/use-watchlist.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import type { Api } from '../../lib/api.ts';
import { meantBy } from '../../lib/symbols.ts';
import { contractNamed, readTypedContract, type TypedContract } from '../../lib/typed-contract.ts';
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

/** Contracts that are offered for a strike, the closest ones. */
const MAX_CONTRACTS = 6;
/** Strikes that are looked up on both sides of the typed one, as a part of it. */
const STRIKE_RANGE = 0.03;

type SearchApi = Pick<Api, 'search' | 'expirations' | 'chain'>;

/** The contracts that a text names in part: `spy 650` are those at and around the strike that expire next. */
async function contractsLike(api: SearchApi, typed: TypedContract): Promise<readonly PaletteItem[]> {
  const { root, strike, right } = typed;
  const expiry = typed.expiry ?? (await api.expirations(root))[0]?.expiry;
  if (expiry === undefined) return [];
  const range = { strikeFrom: strike * (1 - STRIKE_RANGE), strikeTo: strike * (1 + STRIKE_RANGE) };
  const { contracts } = await api.chain(root, { expiry, ...range });
  return contracts
    .filter(({ type }) => right === null || type === right)
    .sort((a, b) => Math.abs(a.strike - strike) - Math.abs(b.strike - strike))
    .slice(0, MAX_CONTRACTS)
    .map(({ contractId }) => contractItem(contractId));
}

interface Found {
  readonly symbols: readonly PaletteItem[];
  readonly contracts: readonly PaletteItem[];
}

async function find(api: SearchApi, text: string): Promise<Found> {
  const named = contractNamed(text);
  if (named !== null) return { symbols: [], contracts: [contractItem(named)] };
  const typed = readTypedContract(text);
  if (typed) {
    // An underlying that does not exist has no contracts; that is no failure of the search.
    return { symbols: [], contracts: await contractsLike(api, typed).catch(noneIfUnknown) };
  }
  const found = await api.search(text, MAX_SYMBOLS);
  const [first] = found;
  return {
    symbols: found.map(({ symbol, name }) => symbolItem(symbol, name)),
    contracts: first && meantBy(text, found) === first ? [chainItem(first.symbol)] : [],
  };
}

function noneIfUnknown(error: unknown): readonly PaletteItem[] {
  if (error instanceof TradecastError && error.code !== 'UNAVAILABLE') return [];
  throw error;
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

/** What there is for a text: symbols by ticker and name, contracts, pages. Without one, the watchlist and the pages. */
export function usePalette(typed: string, pages: readonly PageLink[]): PaletteResult {
  const text = typed.trim();
  const watched = useStore(useWatchlist(), ({ symbols }) => symbols);
  const answer = useAnswer(text);
  const symbols =
    text === '' ? watched.map((symbol) => symbolItem(symbol, 'In your watchlist')) : answer.symbols;
  return {
    status: answer.text !== text ? 'searching' : answer.failed ? 'failed' : 'done',
    groups: filled([
      { title: text === '' ? 'Watchlist' : 'Symbols', items: symbols },
      { title: 'Options', items: answer.contracts },
      { title: 'Pages', items: pageItems(pages, text) },
    ]),
  };
}
