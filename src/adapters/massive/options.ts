import type { MarketHistory } from '../../domain/market/history.ts';
import { createMarketHours } from '../../domain/market/market-hours.ts';
import type { OptionSource } from '../../domain/options/chains.ts';
import { createMassiveChains } from './chains.ts';
import { createMassiveOptionFeed } from './feed.ts';
import type { MassiveFeedOptions } from './feed-life.ts';
import type { MassiveRest } from './rest.ts';
import { createTreasuryRates } from './treasury-rates.ts';

export interface MassiveOptionsOptions extends Omit<MassiveFeedOptions, 'wsUrl' | 'hours'> {
  /** Address of the cluster of options. */
  readonly optionsWsUrl: string;
  readonly rest: Pick<MassiveRest, 'once'>;
  /** Upstream's aggregates know contracts by their symbols as they know stocks. */
  readonly history: Pick<MarketHistory, 'bars'>;
}

/** Massive's option market: a connection of its own, chains and history by REST. */
export const createMassiveOptions = ({
  optionsWsUrl,
  rest,
  history,
  ...options
}: MassiveOptionsOptions): OptionSource => ({
  feed: createMassiveOptionFeed({ ...options, wsUrl: optionsWsUrl, hours: createMarketHours('us-options') }),
  chains: createMassiveChains({ rest, clock: options.clock }),
  rateFor: createTreasuryRates({ rest, clock: options.clock, log: options.log }),
  history: () => history,
});
