import type { Database } from '../adapters/sql/database.ts';
import { createDatabaseLease } from '../adapters/stores/engine/lease.ts';
import type { Bus } from '../domain/bus/bus.ts';
import { handOver } from '../domain/engine/hand-over.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import type { Market } from '../domain/market/market.ts';
import type { OffExchangeKeeper } from '../domain/off-exchange/keeper.ts';
import type { Executor } from '../domain/trading/execution/executor.ts';
import type { PriceKeeper } from '../domain/trading/known-prices.ts';
import type { Core } from './core.ts';
import type { Part } from './part.ts';

/** Who is the engine. The lease is only asked for when the engine's parts follow it. */
export const createLease = ({ replica, clock, log }: Core, database: Database, bus: Bus): EngineLease =>
  createDatabaseLease({ db: database, bus, replica, clock, log: log('lease') });

export interface EngineParts {
  readonly lease: EngineLease;
  readonly market: Pick<Market, 'stop'>;
  readonly optionFeed: { readonly market: Pick<Market, 'stop'> };
  readonly offExchange: Pick<OffExchangeKeeper, 'end'>;
  readonly prices: Pick<PriceKeeper, 'stop'>;
  readonly executor: Pick<Executor, 'stop'>;
  /** Whether other replicas can take over while this one drains. */
  readonly isShared: boolean;
}

/** Takes the lease at the start, and hands the engine over in the drain. */
export function createEngine({ clock }: Core, { isShared, ...parts }: EngineParts): Part {
  const { market, optionFeed, offExchange, prices } = parts;
  const feeds = {
    async stop() {
      await Promise.all([market.stop(), optionFeed.market.stop()]);
      // Under our lease, which ends next: the next engine goes on from here.
      await Promise.all([offExchange.end(), prices.stop()]);
    },
  };
  const pass = (): Promise<void> => handOver({ ...parts, feeds, clock });
  return {
    name: 'engine',
    start: parts.lease.start,
    // Without other replicas there is no other engine: ours publishes quotes to the end.
    ...(isShared && { drain: pass }),
    stop: pass,
  };
}
