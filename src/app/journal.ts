import type { Database } from '../adapters/sql/database.ts';
import { createJournal } from '../adapters/stores/journal/journal.ts';
import { createJournalPruner } from '../adapters/stores/journal/pruner.ts';
import type { JournalConfig } from '../config/index.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import type { Journal } from '../domain/journal/journal.ts';
import { type Core, wrapped } from './core.ts';
import type { Capability } from './part.ts';

/** The numbered events of each user, and the removal of old ones. */
export function createJournalCapability(
  { clock, log, wrap }: Core,
  config: JournalConfig,
  database: Database,
  lease: EngineLease,
): Capability<{ readonly journal: Journal }> {
  const pruner = createJournalPruner({ db: database, lease, clock, log: log('journal'), pruning: config });
  return {
    name: 'journal',
    faces: { journal: wrapped(createJournal(database), wrap.journal) },
    start: pruner.start,
    stop: pruner.stop,
  };
}
