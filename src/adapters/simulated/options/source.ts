import type { OptionSource } from '../../../domain/options/chains.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { SplitScript } from '../splits.ts';
import type { Turns } from '../turns.ts';
import { createSimulatedChains } from './chains.ts';
import { createSimulatedOptionFeed } from './feed.ts';
import { createSimulatedContractHistory } from './history.ts';
import { createUnderlyingDays } from './underlying-day.ts';

/** The option market beside the simulated stocks with the same seed. */
export function createSimulatedOptions(options: {
  readonly clock: Clock;
  readonly updatesPerSecond: number;
  readonly seed: number;
  readonly turns: Turns;
  readonly splits?: SplitScript | undefined;
}): OptionSource {
  const parts = { ...options, days: createUnderlyingDays(options.seed, options.splits) };
  return {
    feed: createSimulatedOptionFeed(parts),
    chains: createSimulatedChains(parts),
    history: () => createSimulatedContractHistory(parts),
  };
}
