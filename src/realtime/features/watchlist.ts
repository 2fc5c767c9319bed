import { type InstrumentDirectory, onlyStocks } from '../../domain/instrument/directory.ts';
import type { Demand } from '../../domain/market/demand.ts';
import { type Quote, quoteToPayload, toStale } from '../../domain/market/quote.ts';
import type { QuoteBoard } from '../../domain/market/quote-board.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { FeatureFactory } from '../feature.ts';
import type { StateSource } from '../state-lane/topic.ts';
import { onceATurn } from './once-a-turn.ts';

export interface WatchlistParts {
  readonly board: Pick<QuoteBoard, 'get' | 'onChange'>;
  readonly demand: Pick<Demand, 'set' | 'resync'>;
  readonly instruments: Pick<InstrumentDirectory, 'knows'>;
  /** Most symbols that one peer may watch. */
  readonly maxSymbols: number;
}

/** Quotes of the symbols that a peer watches. */
export const watchlistFeature =
  ({ board, demand, instruments, maxSymbols }: WatchlistParts): FeatureFactory =>
  ({ lane, metrics }) => {
    const quotes = quoteSource(board, metrics, demand.resync);
    const demandWatched = onceATurn(() => demand.set('watchlists', lane.subjects(quotes)));

    return {
      sources: [quotes],
      left: demandWatched,
      handlers: {
        'subscribe:watchlist'(peer, requested) {
          // A symbol that is known not to exist is left out; an unknown one may exist upstream.
          const symbols = onlyStocks(requested).filter((symbol) => instruments.knows(symbol) !== false);
          if (symbols.length === 0)
            throw new TradecastError('UNKNOWN_SYMBOL', 'None of these symbols is known');
          const watched = new Set([...lane.watched(peer, quotes), ...symbols]);
          if (!(watched.size <= maxSymbols))
            throw new TradecastError('SYMBOL_LIMIT', `Symbol limit exceeded (max ${maxSymbols})`);
          lane.watch(peer, quotes, watched);
          return {
            ack: { type: 'watchlist', symbols },
            after() {
              lane.offer(peer, quotes, symbols);
              lane.flush(peer);
              demandWatched();
            },
          };
        },

        'unsubscribe:watchlist'(peer, requested) {
          const watched = new Set(lane.watched(peer, quotes));
          const symbols = requested.filter((symbol) => watched.delete(symbol));
          lane.watch(peer, quotes, watched);
          demandWatched();
          return { ack: { type: 'watchlist', symbols } };
        },
      },
    };
  };

const quoteSource = (
  board: Pick<QuoteBoard, 'get' | 'onChange'>,
  metrics: Pick<RealtimeMetrics, 'quoteConflated'>,
  onStall: () => void,
): StateSource<Quote, 'quote:update'> => ({
  event: 'quote:update',
  latest: board.get,
  toPayload: quoteToPayload,
  subjectOf: ({ symbol }) => symbol,
  onChange: board.onChange,
  receivedAt: ({ receivedAt }) => receivedAt,
  onConflated: () => metrics.quoteConflated(),
  toStale,
  onStall,
});
