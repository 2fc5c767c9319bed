import type { Demand } from '../domain/market/demand.ts';
import type { QuoteBoard } from '../domain/market/quote-board.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createStallWatch, type StallWatch } from '../lib/stall-watch.ts';
import type { Metrics } from '../metrics/index.ts';
import type { Realtime } from '../realtime/server.ts';
import type { Cluster } from './cluster.ts';

export interface StallParts {
  readonly board: Pick<QuoteBoard, 'distrust'>;
  readonly demand: Pick<Demand, 'resync'>;
  readonly cluster: Pick<Cluster, 'resubscribe'>;
  readonly realtime: () => Pick<Realtime, 'resync'>;
  readonly metrics: Pick<Metrics, 'stalls'>;
  readonly wrapWatch?: (watch: StallWatch) => StallWatch;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What a replica does on waking: what it knew is old, and what was told meanwhile has passed it by. The engine
 * lease needs no word: it is judged by the clock at each use.
 */
export function followStalls(parts: StallParts): Pick<StallWatch, 'start' | 'stop'> {
  const { wrapWatch = (watch) => watch } = parts;
  const watch = wrapWatch(createStallWatch(parts));
  watch.onStall((ms) => {
    parts.metrics.stalls.add();
    parts.log.warn({ ms: Math.round(ms) }, 'the process stood still');
    parts.board.distrust();
    parts.cluster.resubscribe();
    parts.demand.resync();
    parts.realtime().resync();
  });
  return watch;
}
