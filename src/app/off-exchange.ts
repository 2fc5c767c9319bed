import type { Database } from '../adapters/sql/database.ts';
import { createSumsPruner } from '../adapters/stores/off-exchange/pruner.ts';
import { createSumsStore } from '../adapters/stores/off-exchange/sums.ts';
import type { OffExchangeConfig } from '../config/index.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import { createOffExchangeKeeper, type OffExchangeKeeper } from '../domain/off-exchange/keeper.ts';
import type { SumsScope } from '../domain/off-exchange/sums-scope.ts';
import type { SumsStore } from '../domain/off-exchange/sums-store.ts';
import { createTotalsBoard, type TotalsBoard } from '../domain/off-exchange/totals-board.ts';
import { createWholeMarket, type WholeMarket } from '../domain/off-exchange/whole-market.ts';
import { createScope } from '../lib/scope.ts';
import { readOffExchange } from '../metrics/off-exchange.ts';
import type { Core } from './core.ts';
import type { MarketFaces } from './market.ts';
import type { Capability } from './part.ts';

/** Off-exchange prints: counted and stored on the engine, their totals on every replica. */
export interface OffExchangeFaces {
  readonly offExchange: OffExchangeKeeper;
  readonly totals: TotalsBoard;
  readonly sumsStore: SumsStore;
}

export interface OffExchangeParts {
  readonly config: OffExchangeConfig;
  readonly market: MarketFaces;
  readonly database: Database;
  readonly bus: Bus;
  readonly lease: EngineLease;
}

export function createOffExchangeCapability(
  core: Core,
  { config, market, database, bus, lease }: OffExchangeParts,
): Capability<OffExchangeFaces> {
  const { clock, replica, metrics } = core;
  const log = core.log('off-exchange');
  const sumsStore = createSumsStore(database, market.feedSource);
  const whole = createWholeMarket({
    setScope: market.setScope,
    heaviest: (count) => keeper.heaviest(count),
    featured: market.featured,
    clock,
    log,
  });
  const keeper: OffExchangeKeeper = createOffExchangeKeeper({
    bus,
    store: sumsStore,
    clock,
    log,
    hours: market.hours,
    heardAt: market.heardAt,
    origin: market.origin,
    sums: config,
    past: market.pastPrints,
    scope: () => scopeOf(config, market, whole),
    onRestored: whole.review,
    flushIntervalMs: config.flushIntervalMs,
    current: lease.current,
  });
  const totals = createTotalsBoard({
    bus,
    clock,
    replica,
    newestLease: lease.newest,
  });
  const pruner = createSumsPruner({ db: database, clock, log, maxAgeMs: config.keepMs });
  const following = createScope();
  market.tap(keeper.tap);
  readOffExchange(metrics.registry, { ...keeper, shed: () => market.shed().trades, quoted: whole.quoted });

  return {
    name: 'off-exchange',
    faces: { offExchange: keeper, totals, sumsStore },
    start() {
      totals.start();
      following.add(
        lease.onChange((fencing) => (fencing === null ? void keeper.end() : keeper.begin(fencing))),
        whole.end,
      );
      pruner.start();
      if (config.symbols === '*') whole.begin();
      else void wantFeatured(market, log);
    },
    async stop() {
      following.end();
      await keeper.stop();
      totals.stop();
      await pruner.stop();
    },
  };
}

function scopeOf(
  { symbols }: Pick<OffExchangeConfig, 'symbols'>,
  { shed }: Pick<MarketFaces, 'shed'>,
  whole: Pick<WholeMarket, 'quoted'>,
): SumsScope {
  const { trades, lastAt } = shed();
  return { symbols, quoted: whole.quoted(), shed: trades, shedAt: lastAt };
}

/** Prints of the best-known symbols are summed whether somebody looks at them or not. */
async function wantFeatured(
  { featured, demand }: Pick<MarketFaces, 'featured' | 'demand'>,
  log: ReturnType<Core['log']>,
): Promise<void> {
  try {
    demand.set('off-exchange', await featured());
  } catch (error) {
    log.warn({ err: error }, 'the featured symbols are not known: only prints of watched ones are summed');
  }
}
