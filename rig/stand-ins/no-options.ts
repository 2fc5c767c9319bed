import type { FeedStatus, MarketFeed } from '../../src/domain/market/feed.ts';
import type { OptionSource } from '../../src/domain/options/chains.ts';
import { TradecastError } from '../../src/protocol/errors.ts';

/** The option market of a source that has none: every request is answered NOT_IN_PLAN. */
export function createNoOptions({ source, origin }: Pick<MarketFeed, 'source' | 'origin'>): OptionSource {
  const detail = `FEED=${source} has no option contracts.`;
  const status: FeedStatus = { state: 'refused', detail };
  const refuse = async (): Promise<never> => {
    throw new TradecastError('NOT_IN_PLAN', detail);
  };
  return {
    feed: {
      source,
      origin,
      start: (sink) => sink.status(status),
      stop: async () => {},
      setSymbols() {},
      status: () => status,
    },
    chains: { expirations: refuse, chain: refuse, contract: refuse, lookUp: refuse },
    history: () => ({ bars: refuse }),
  };
}
