import type { Journal, JournalEvent } from '../../domain/journal/journal.ts';
import type { Appended } from '../../domain/trading/ledger.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Database, Queryable } from './database.ts';

export interface JournalPruning {
  readonly maxAgeMs: number;
  readonly maxEvents: number;
}

export declare function createJournal(db: Database): Journal;

/**
 * Appends in the caller's transaction and returns what the bus is to carry after its commit:
 * `bus.publish('journal', appended)`. Throws NOT_FOUND for no such user.
 */
export declare function appendEvents(
  tx: Queryable,
  userId: string,
  events: readonly JournalEvent[],
): Promise<Appended>;

/** Forgets old events of every user now and every hour; `stop` ends it. */
export declare function createJournalPruner(options: {
  db: Database;
  clock: Clock;
  log: Log;
  pruning?: JournalPruning;
}): { start(): void; stop(): Promise<void> };
