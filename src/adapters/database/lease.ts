import type { EngineLease } from '../../domain/cluster/lease.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Database } from './database.ts';

export interface DatabaseLeaseOptions {
  readonly db: Database;
  /** Name of this replica. */
  readonly replica: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The engine lease as a row: whoever bumps its fencing number is the engine, and the one before is fenced off. */
export declare function createDatabaseLease(options: DatabaseLeaseOptions): EngineLease;
