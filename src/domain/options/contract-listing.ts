import type { Clock } from '../../lib/clock.ts';
import { within } from '../../lib/within.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import type { OptionChains } from './chains.ts';
import type { ContractDirectory } from './contract-directory.ts';
import type { DividendYields } from './dividend-yields.ts';

/** Tells contracts that somebody has made up, and learns the terms of the others and the yields of their chains. */
export interface ContractListing {
  /** Those that do not exist, as far as the source can say in a moment; the others may or may not. */
  unlisted(symbols: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface ContractListingParts {
  readonly chains: Pick<OptionChains, 'lookUp'>;
  readonly directory: Pick<ContractDirectory, 'knows' | 'knowsUnderlying' | 'terms' | 'remember'>;
  readonly options: Pick<QuoteBoard, 'get'>;
  readonly yields: Pick<DividendYields, 'read'>;
  readonly clock: Clock;
}

/** An answer to a subscription waits no longer: a source that is slow or away must not hold it up. */
export const LISTING_WAIT_MS = 1_000;
const NONE: ReadonlySet<string> = new Set();

export function createContractListing(parts: ContractListingParts): ContractListing {
  const { chains, directory, options, yields, clock } = parts;

  /** What has a quote exists, but its quote does not name its underlying. */
  const isDoubtful = (symbol: string): boolean =>
    !directory.knows(symbol) && (options.get(symbol) === undefined || !directory.knowsUnderlying(symbol));

  async function ask(symbols: readonly string[]): Promise<ReadonlySet<string>> {
    try {
      const { listed, unlisted } = await chains.lookUp(symbols.map(directory.terms));
      directory.remember(listed);
      return unlisted;
    } catch (error) {
      // Not in the plan, or away: then nobody can say.
      if (error instanceof TradecastError) return NONE;
      throw error;
    }
  }

  return {
    async unlisted(symbols) {
      const doubtful = symbols.filter(isDoubtful);
      let unlisted = NONE;
      const learn = async (): Promise<void> => {
        if (doubtful.length > 0) unlisted = await ask(doubtful);
        // The first value of a contract is to rest on its chain already, not to jump there a moment later.
        await yields.read(symbols.filter((symbol) => !unlisted.has(symbol)).map(directory.terms));
      };
      await within(LISTING_WAIT_MS, learn(), clock);
      return unlisted;
    },
  };
}
