/** What a replica does when it may have missed something. */
import type { Demand } from '../domain/market/demand.ts';
import type { QuoteBoard } from '../domain/market/quote-board.ts';
import type { TotalsBoard } from '../domain/off-exchange/totals-board.ts';
import { createScope } from '../lib/scope.ts';
import { createStallWatch } from '../lib/stall-watch.ts';
import type { Realtime } from '../realtime/server.ts';
import type { Cluster } from './cluster.ts';
import { type Core, wrapped } from './core.ts';
import type { Part } from './part.ts';

export interface RecoveryParts {
  readonly board: Pick<QuoteBoard, 'distrust'>;
  readonly demand: Pick<Demand, 'resync'>;
  readonly totals: Pick<TotalsBoard, 'resync'>;
  readonly optionFeed: {
    readonly board: Pick<QuoteBoard, 'distrust'>;
    readonly demand: Pick<Demand, 'resync'>;
  };
  readonly cluster: Pick<Cluster, 'resubscribe' | 'link'>;
  readonly realtime: Pick<Realtime, 'resync'>;
}

/** After an outage of the line: what was published meanwhile, or on its way when it broke, did not arrive. */
export function createLinkRecovery({ demand, optionFeed, totals, cluster, realtime }: RecoveryParts): Part {
  const following = createScope();
  return {
    name: 'link recovery',
    start() {
      following.add(
        cluster.link.onChange((state) => {
          demand.resync();
          optionFeed.demand.resync();
          totals.resync();
          if (state === 'ok') realtime.resync();
        }),
      );
    },
    stop: () => void following.end(),
  };
}

/**
 * After a stall of this process: its quotes are old, and it missed what was published meanwhile. The engine lease
 * needs no notice: it is judged by the clock at each use. Nor do off-exchange totals: the number of the engine's next
 * message, within a second, shows a hole. To ask for all of them each time would make an overloaded engine slower.
 */
export function createStallRecovery({ clock, log, metrics, wrap }: Core, parts: RecoveryParts): Part {
  const watch = wrapped(createStallWatch({ clock }), wrap.stallWatch);
  watch.onStall((ms) => {
    metrics.stalls.add();
    log('stalls').warn({ ms: Math.round(ms) }, 'the process stalled');
    parts.board.distrust();
    parts.optionFeed.board.distrust();
    parts.cluster.resubscribe();
    parts.demand.resync();
    parts.optionFeed.demand.resync();
    parts.realtime.resync();
  });
  return { name: 'stall recovery', start: watch.start, stop: watch.stop };
}
