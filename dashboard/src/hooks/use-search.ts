import { useEffect, useState } from 'react';
import type { ContractSearch } from '../lib/contract-search.ts';
import { type Found, searchMarket } from '../lib/search.ts';
import { useDesk } from './websocket-context.tsx';

/** A typist's pause; each letter would be a request. */
const PAUSE_MS = 150;

export interface SearchResult extends Found {
  readonly status: 'searching' | 'done';
}

interface Answer extends Found {
  /** The text that this answers. */
  readonly text: string;
}

const NOTHING: Answer = { text: '', symbols: [], contracts: [], problem: null };

/** What the market has for a text; what was found for the text before stays until then. */
export function useSearch(text: string, contractsFor: ContractSearch): SearchResult {
  const { api, timers } = useDesk();
  const [answer, setAnswer] = useState(NOTHING);
  useEffect(() => {
    if (text === '') return setAnswer(NOTHING);
    let current = true;
    const cancel = timers.after(PAUSE_MS, () => {
      void searchMarket(api, text, contractsFor).then((found) => current && setAnswer({ text, ...found }));
    });
    return () => {
      current = false;
      cancel();
    };
  }, [api, timers, text, contractsFor]);
  const { text: answered, problem, ...found } = answer;
  return answered === text
    ? { ...found, problem, status: 'done' }
    : { ...found, problem: null, status: 'searching' };
}
