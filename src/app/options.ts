import type { MarketConfig } from '../config/index.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import { createAnswerState } from '../domain/market/answer-state.ts';
import type { MarketHistory } from '../domain/market/history.ts';
import { createMarketHours } from '../domain/market/market-hours.ts';
import { createMarketTime } from '../domain/market/market-time.ts';
import { OPTION_TOPICS } from '../domain/market/topics.ts';
import { createContractDirectory } from '../domain/options/contract-directory.ts';
import { type ContractListing, createContractListing } from '../domain/options/contract-listing.ts';
import { createDividendYields } from '../domain/options/dividend-yields.ts';
import { createLiveContracts, type LiveContracts } from '../domain/options/live-contracts.ts';
import { createOptionQuotes, type OptionQuotes } from '../domain/options/option-quotes.ts';
import { createScope } from '../lib/scope.ts';
import type { Core } from './core.ts';
import { createFeedCapability, type FeedFaces } from './feed.ts';
import type { MarketFaces } from './market.ts';
import type { Capability } from './part.ts';

/** Option contracts: a feed of their own beside that of the stocks, chains, and what contracts are worth. */
export interface OptionsFaces {
  readonly optionFeed: FeedFaces;
  readonly optionQuotes: OptionQuotes;
  readonly contractHistory: Pick<MarketHistory, 'bars'>;
  readonly liveContracts: LiveContracts;
  readonly contractListing: ContractListing;
  /** Milliseconds since epoch: in a replay it is not our time. */
  readonly marketTime: () => number;
}

export interface OptionsParts {
  readonly config: MarketConfig;
  readonly market: MarketFaces;
  readonly bus: Bus;
  readonly lease: EngineLease;
}

export function createOptionsCapability(
  core: Core,
  { market, ...parts }: OptionsParts,
): Capability<OptionsFaces> {
  const { feed, chains, history, rateFor } = market.optionSource;
  const hours = createMarketHours(parts.config.hours === 'always' ? 'always' : 'us-options');
  const options = createFeedCapability(core, {
    ...parts,
    name: 'options',
    feed,
    topics: OPTION_TOPICS,
    hours,
    halts: null,
  });
  const { board, candles } = options.faces;
  const directory = createContractDirectory(market.instruments);
  const marketTime = createMarketTime(feed.origin, [market.board, board], core.clock);
  const yields = createDividendYields({
    chains,
    stocks: market.marketQuotes,
    bus: parts.bus,
    clock: core.clock,
    marketTime,
    rateFor,
    log: core.log('options'),
  });
  const joined = { options: board, directory, yields, marketTime, rateFor };
  const following = createScope();

  return {
    ...options,
    async start() {
      following.add(yields.start());
      await options.start?.();
    },
    async stop() {
      following.end();
      await options.stop?.();
    },
    faces: {
      optionFeed: options.faces,
      optionQuotes: createOptionQuotes({
        ...joined,
        chains,
        stocks: market.marketQuotes,
        stateOf: createAnswerState({ origin: feed.origin, hours, clock: core.clock }),
      }),
      contractHistory: history(candles),
      contractListing: createContractListing({ ...joined, chains, clock: core.clock }),
      liveContracts: createLiveContracts({ ...joined, stocks: market.board, clock: core.clock }),
      marketTime,
    },
  };
}
