import type { InstrumentDirectory } from '../../domain/instrument/directory.ts';
import { createPlayedHistory } from '../../domain/market/played-history.ts';
import {
  bareSnapshot,
  type Chain,
  type ContractSnapshot,
  type OptionChains,
  type OptionSource,
} from '../../domain/options/chains.ts';
import { createContractDirectory } from '../../domain/options/contract-directory.ts';
import { byStrike, expirationsOf, foundAmong } from '../../domain/options/listing.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { parseSymbol } from '../../protocol/symbol.ts';
import { type RecordedContract, readContracts, type TermsOf } from './contracts.ts';
import { createReplayOptionFeed, type ReplayFeedOptions } from './feed.ts';

export interface ReplayOptionsParts extends ReplayFeedOptions {
  /** The stocks of the recording: a root may have another name than its stock. */
  readonly instruments: Pick<InstrumentDirectory, 'get' | 'knows'>;
}

/** The option market of a recording: what it holds, and NOT_IN_PLAN for the rest. */
export const createReplayOptions = (options: ReplayOptionsParts): OptionSource => ({
  feed: createReplayOptionFeed(options),
  chains: createReplayChains(options),
  history: createPlayedHistory,
});

/** Prices are those that are played: the feed has them. A chain says which contracts there are. */
function createReplayChains({
  file,
  instruments,
}: Pick<ReplayOptionsParts, 'file' | 'instruments'>): OptionChains {
  const { terms } = createContractDirectory(instruments);
  const termsOf: TermsOf = (symbol) => (parseSymbol(symbol)?.kind === 'option' ? terms(symbol) : undefined);
  /** The stocks first, by any question: then their names are known. */
  const readAll = () => instruments.get('').then(() => readContracts(file, termsOf));

  let reading: Promise<ReadonlyMap<string, RecordedContract>> | null = null;
  const read = (): Promise<ReadonlyMap<string, RecordedContract>> => {
    reading ??= readAll().catch((error: unknown) => {
      reading = null;
      throw new TradecastError(
        'UNAVAILABLE',
        'Contracts cannot be looked up: the recording cannot be read.',
        {
          cause: error,
        },
      );
    });
    return reading;
  };

  async function ofUnderlying(underlying: string): Promise<readonly RecordedContract[]> {
    const contracts = [...(await read()).values()].filter((one) => one.underlying === underlying);
    if (contracts.length === 0)
      throw new TradecastError('NOT_IN_PLAN', `The recording has no option contracts of ${underlying}.`);
    return contracts;
  }

  return {
    expirations: async (underlying) => expirationsOf(await ofUnderlying(underlying)),
    async chain({ underlying, expiry }): Promise<Chain> {
      const contracts = (await ofUnderlying(underlying))
        .filter((one) => one.expiry === expiry)
        .sort(byStrike)
        .map(toSnapshot);
      return { contracts, underlyingPrice: undefined, partial: false, delayed: false, stale: false };
    },
    contract: async (symbol) => (await read()).get(symbol) ?? null,
    async lookUp(contracts) {
      const recorded = await read();
      return foundAmong(contracts, (symbol) => recorded.get(symbol));
    },
  };
}

const toSnapshot = (contract: RecordedContract): ContractSnapshot => ({
  ...bareSnapshot(contract),
  openInterest: contract.openInterest,
});
