import type { InstrumentDirectory } from '../../domain/instrument/directory.ts';
import type { DiscreetQuestions } from '../../domain/market/discreet.ts';
import type { OptionChains } from '../../domain/options/chains.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { isContract } from '../../protocol/symbol.ts';

export interface ReplayDiscreetParts {
  readonly instruments: Pick<InstrumentDirectory, 'get'>;
  readonly chains: Pick<OptionChains, 'contract'>;
}

/** A recording knows its symbols. Its quotes are those that are played, to whoever watches them. */
export const createReplayDiscreet = ({ instruments, chains }: ReplayDiscreetParts): DiscreetQuestions => ({
  exists: async (symbol) =>
    (await (isContract(symbol) ? chains.contract(symbol) : instruments.get(symbol))) !== null,
  async lastQuote() {
    throw new TradecastError('NOT_IN_PLAN', 'A recording has no quotes but those that it plays.');
  },
});
