import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Bus } from '../cluster/bus.ts';
import type { Ledger } from './ledger.ts';
import type { MarketView } from './market-view.ts';
import type { RiskLimits } from './risk-limits.ts';
import type { Trading } from './trading.ts';

export interface TradingOptions {
  readonly ledger: Ledger;
  readonly market: MarketView;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: RiskLimits;
}

/** The trading service of one replica. */
export declare function createTrading(options: TradingOptions): Trading;
