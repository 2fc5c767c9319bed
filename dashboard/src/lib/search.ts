import { TradecastError } from '../../../src/protocol/errors.ts';
import type { InstrumentPayload } from '../../../src/protocol/market.ts';
import type { Api } from './api.ts';
import type { ContractSearch } from './contract-search.ts';
import { contractNamed } from './typed-contract.ts';

/** As many as a list shows without scrolling. */
const MAX_SYMBOLS = 8;

export type SearchApi = Pick<Api, 'search' | 'expirations' | 'chain'>;

export interface Found {
  /** Stocks, by symbol and company. */
  readonly symbols: readonly InstrumentPayload[];
  /** Contracts, by symbol. */
  readonly contracts: readonly string[];
  /** What could not be searched, and why; null where all was. */
  readonly problem: string | null;
}

const NO_SYMBOLS = 'Symbols cannot be searched right now. Type again to retry.';
const contractsProblem = (error: unknown): string =>
  error instanceof TradecastError
    ? `Option contracts cannot be searched: ${error.message}`
    : 'Option contracts cannot be searched right now. Type again to retry.';

/**
 * What the market has for a text. Symbols and contracts are searched side by side: `pier 1` may be a strike and a
 * company. Never rejects: what fails is told in `problem` and costs the other nothing.
 */
export async function searchMarket(
  api: SearchApi,
  text: string,
  contractsFor: ContractSearch,
): Promise<Found> {
  const [contracts, symbols] = await Promise.allSettled([
    contractsFor(api, text),
    contractNamed(text) === null ? api.search(text, MAX_SYMBOLS) : [],
  ]);
  return {
    symbols: symbols.status === 'fulfilled' ? symbols.value : [],
    contracts: contracts.status === 'fulfilled' ? contracts.value : [],
    problem:
      contracts.status === 'rejected'
        ? contractsProblem(contracts.reason)
        : symbols.status === 'rejected'
          ? NO_SYMBOLS
          : null,
  };
}
