import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Bus } from '../cluster/bus.ts';
import type { EngineLease } from '../cluster/lease.ts';
import type { Broker } from './broker.ts';
import type { Ledger } from './ledger.ts';

export interface ExecutorOptions {
  readonly lease: EngineLease;
  readonly ledger: Ledger;
  readonly broker: Broker;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Executor {
  /** Follows the lease from now on: runs while this replica holds it. */
  start(): void;
  /** Ends after the transaction in progress; resolves when nothing runs any more. */
  stop(): Promise<void>;
  /** `off` without the lease, `reconciling` until our books and the broker's agree, then `trading`. */
  state(): 'off' | 'reconciling' | 'trading';
}

/** The one loop that turns accepted orders into fills. */
export declare function createExecutor(options: ExecutorOptions): Executor;
