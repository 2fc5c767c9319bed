import { type InstrumentDirectory, onlyStocks } from '../../domain/instrument/directory.ts';
import { instrumentOf } from '../../domain/instrument/instrument.ts';
import type { Demand } from '../../domain/market/demand.ts';
import { type Quote, quoteToPayload, toStale } from '../../domain/market/quote.ts';
import type { QuoteBoard } from '../../domain/market/quote-board.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { FeatureFactory } from '../feature.ts';
import type { StateSource } from '../state-lane/topic.ts';
import { createSelection } from './selecting.ts';
import { createWatching } from './watching.ts';

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
    const quotes: StateSource<Quote, 'quote:update'> = {
      event: 'quote:update',
      latest: board.get,
      toPayload: quoteToPayload,
      encode: (quote, dialect) => dialect.encodeQuote?.(quote),
      subjectOf: ({ symbol }) => symbol,
      onChange: board.onChange,
      receivedAt: ({ receivedAt }) => receivedAt,
      onConflated: metrics.quoteConflated,
      toStale,
      onStall: demand.resync,
    };
    const watching = createWatching({
      lane,
      source: quotes,
      max: maxSymbols,
      refusal: (max) => new TradecastError('SYMBOL_LIMIT', `Symbol limit exceeded (max ${max})`),
      onChange: (symbols) => demand.set('watchlists', symbols),
    });

    const selection = createSelection({
      watching,
      overLimit: 'SYMBOL_LIMIT',
      refusalOf(symbol) {
        if (instrumentOf(symbol).kind !== 'stock') return 'UNSUPPORTED_INSTRUMENT';
        return instruments.knows(symbol) === false ? 'UNKNOWN_SYMBOL' : null;
      },
    });

    return {
      sources: [quotes],
      selections: { quotes: selection },
      left: watching.left,
      start: () => watching.stop,
      handlers: {
        'subscribe:watchlist'(peer, requested) {
          // A symbol that is known not to exist is left out; an unknown one may exist upstream.
          const symbols = onlyStocks(requested).filter((symbol) => instruments.knows(symbol) !== false);
          if (symbols.length === 0)
            throw new TradecastError('UNKNOWN_SYMBOL', 'None of these symbols is known');
          return { after: watching.add(peer, symbols), ack: { type: 'watchlist', symbols } };
        },

        'unsubscribe:watchlist': (peer, requested) => ({
          ack: { type: 'watchlist', symbols: watching.remove(peer, requested) },
        }),
      },
    };
  };
