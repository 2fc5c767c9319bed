import { type InstrumentDirectory, onlyStocks } from '../../domain/instrument/directory.ts';
import type { Demand } from '../../domain/market/demand.ts';
import { totalsToPayload } from '../../domain/off-exchange/payloads.ts';
import type { BoardTotals, TotalsBoard } from '../../domain/off-exchange/totals-board.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { MAX_DARKPOOL_SYMBOLS } from '../../protocol/limits.ts';
import type { FeatureFactory } from '../feature.ts';
import type { Peer } from '../peer.ts';
import type { StateSource } from '../state-lane/topic.ts';
import { createWatching } from './watching.ts';

export interface DarkpoolParts {
  readonly totals: Pick<TotalsBoard, 'get' | 'heaviest' | 'onChange' | 'resync'>;
  readonly demand: Pick<Demand, 'set'>;
  readonly instruments: Pick<InstrumentDirectory, 'knows'>;
}

/** Off-exchange totals: of the symbols that a peer names, or of all that have prints. */
export const darkpoolFeature =
  ({ totals, demand, instruments }: DarkpoolParts): FeatureFactory =>
  ({ lane, metrics }) => {
    /** Peers that follow every symbol: a new one is added to what they watch. */
    const followers = new Set<Peer>();
    const source: StateSource<BoardTotals, 'darkpool:update'> = {
      event: 'darkpool:update',
      latest: totals.get,
      toPayload: totalsToPayload,
      subjectOf: ({ symbol }) => symbol,
      onChange: totals.onChange,
      onConflated: metrics.quoteConflated,
      toStale: (one) => ({ ...one, state: 'stale' }),
      onStall: totals.resync,
    };
    const watching = createWatching({
      lane,
      source,
      max: MAX_DARKPOOL_SYMBOLS,
      refusal: (max) => new TradecastError('SYMBOL_LIMIT', `Symbol limit exceeded (max ${max})`),
      onChange: (symbols) => demand.set('off-exchange subscriptions', symbols),
    });

    const followNew = (changed: readonly BoardTotals[]): void => {
      if (followers.size === 0) return;
      for (const peer of followers) {
        const watched = lane.watched(peer, source);
        const fresh = changed.map(({ symbol }) => symbol).filter((symbol) => !watched.has(symbol));
        if (fresh.length > 0) watching.add(peer, watching.fitting(peer, fresh))();
      }
    };
    /** A symbol that is known not to exist is left out; an unknown one may exist upstream. */
    const known = (requested: readonly string[]): string[] => {
      const symbols = onlyStocks(requested).filter((symbol) => instruments.knows(symbol) !== false);
      if (symbols.length > 0) return symbols;
      throw new TradecastError('UNKNOWN_SYMBOL', 'None of these symbols is known');
    };

    return {
      sources: [source],
      left(peer) {
        followers.delete(peer);
        watching.left();
      },
      start() {
        const end = totals.onChange(followNew);
        return () => {
          end();
          watching.stop();
        };
      },
      handlers: {
        'subscribe:darkpool'(peer, requested) {
          const symbols =
            requested === undefined
              ? totals.heaviest(MAX_DARKPOOL_SYMBOLS).map(({ symbol }) => symbol)
              : known(requested);
          const fitting = requested === undefined ? watching.fitting(peer, symbols) : symbols;
          const after = watching.add(peer, fitting);
          if (requested === undefined) followers.add(peer);
          return { after, ack: { type: 'darkpool', symbols: fitting } };
        },

        'unsubscribe:darkpool'(peer, requested) {
          if (requested === undefined) followers.delete(peer);
          const symbols = requested ?? [...lane.watched(peer, source)];
          return { ack: { type: 'darkpool', symbols: watching.remove(peer, symbols) } };
        },
      },
    };
  };
