import { type InstrumentDirectory, onlyStocks } from '../../domain/instrument/directory.ts';
import type { Demand } from '../../domain/market/demand.ts';
import { totalsToPayload } from '../../domain/off-exchange/payloads.ts';
import type { BoardTotals, TotalsBoard } from '../../domain/off-exchange/totals-board.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { MAX_DARKPOOL_SYMBOLS } from '../../protocol/limits.ts';
import type { FeatureFactory } from '../feature.ts';
import type { StateSource } from '../state-lane/topic.ts';
import { createFollowers } from './darkpool-followers.ts';
import { createWatching } from './watching.ts';

/** Which symbols have the most notional is looked up this often, for those who follow them without names. */
export const RANK_INTERVAL_MS = 60_000;

export interface DarkpoolParts {
  readonly totals: Pick<TotalsBoard, 'get' | 'heaviest' | 'onChange' | 'onDoubt' | 'resync'>;
  readonly demand: Pick<Demand, 'set'>;
  readonly instruments: Pick<InstrumentDirectory, 'knows'>;
}

const refusal = (max: number): TradecastError =>
  new TradecastError('SYMBOL_LIMIT', `Symbol limit exceeded (max ${max})`);

/** Off-exchange totals: of the symbols that a peer names, or of those with the most notional. */
export const darkpoolFeature =
  ({ totals, demand, instruments }: DarkpoolParts): FeatureFactory =>
  ({ lane, metrics, clock }) => {
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
      refusal,
      onChange: (symbols) => demand.set('off-exchange subscriptions', symbols),
    });
    const followers = createFollowers({
      heaviest: (count) => totals.heaviest(count).map(({ symbol }) => symbol),
      watched: (peer) => lane.watched(peer, source),
      watch: watching.replace,
      refusal,
    });

    /** A symbol that is known not to exist is left out; an unknown one may exist upstream. */
    const known = (requested: readonly string[]): string[] => {
      const symbols = onlyStocks(requested).filter((symbol) => instruments.knows(symbol) !== false);
      if (symbols.length > 0) return symbols;
      throw new TradecastError('UNKNOWN_SYMBOL', 'None of these symbols is known');
    };

    return {
      sources: [source],
      left(peer) {
        followers.remove(peer);
        watching.left();
      },
      start() {
        const ends = [
          totals.onChange((changed) => followers.appeared(changed.map(({ symbol }) => symbol))),
          // Another day may have begun, or what was ranked before may have been wrong.
          totals.onDoubt(followers.rank),
          clock.every(RANK_INTERVAL_MS, followers.rank),
        ];
        return () => {
          for (const end of ends) end();
          watching.stop();
        };
      },
      handlers: {
        'subscribe:darkpool'(peer, requested) {
          if (requested === undefined) {
            const after = followers.add(peer);
            return { after, ack: { type: 'darkpool', symbols: [...lane.watched(peer, source)] } };
          }
          const symbols = known(requested);
          const after = followers.name(peer, symbols) ?? watching.add(peer, symbols);
          return { after, ack: { type: 'darkpool', symbols } };
        },

        'unsubscribe:darkpool'(peer, requested) {
          if (requested === undefined) followers.remove(peer);
          else followers.giveUp(peer, requested);
          const symbols = requested ?? [...lane.watched(peer, source)];
          return { ack: { type: 'darkpool', symbols: watching.remove(peer, symbols) } };
        },
      },
    };
  };
