import { useEffect, useState } from 'react';
import type { InstrumentPayload } from '../../../src/protocol/market.ts';
import type { Api } from '../lib/api.ts';
import { listedContracts } from '../lib/contract-search.ts';
import { instrumentWords } from '../lib/instrument-words.ts';
import { useDesk } from './websocket-context.tsx';

/** A typist's pause; each letter would be a request. */
const DEBOUNCE_MS = 150;
const MAX_OPTIONS = 8;

export interface SearchResult {
  /** The text that `found` answers. */
  readonly query: string;
  readonly status: 'idle' | 'searching' | 'done' | 'failed';
  readonly found: readonly InstrumentPayload[];
}

const IDLE: SearchResult = { query: '', status: 'idle', found: [] };

async function find(api: Api, text: string): Promise<readonly InstrumentPayload[]> {
  const contracts = await listedContracts(api, text);
  return contracts?.map((symbol) => ({ symbol, name: instrumentWords(symbol) })) ?? api.symbols(text);
}

/** What the server finds for a text: stocks by symbol and company, contracts by symbol, in words or by a strike. */
export function useSymbolSearch(query: string): SearchResult {
  const { api, timers } = useDesk();
  const [result, setResult] = useState<SearchResult>(IDLE);
  useEffect(() => {
    if (query === '') {
      setResult(IDLE);
      return;
    }
    let current = true;
    const cancel = timers.after(DEBOUNCE_MS, () => {
      find(api, query).then(
        (found) => current && setResult({ query, status: 'done', found: found.slice(0, MAX_OPTIONS) }),
        () => current && setResult({ query, status: 'failed', found: [] }),
      );
    });
    return () => {
      current = false;
      cancel();
    };
  }, [query, api, timers]);
  // What was found for the letters before stays in sight, but it is no answer to these.
  return result.query === query ? result : { query, status: 'searching', found: result.found };
}
