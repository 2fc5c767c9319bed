import type { Queryable } from '../../src/adapters/sql/database.ts';
import {
  APPEND,
  type JournalHeadRow,
  journalInput,
  toAppended,
} from '../../src/adapters/stores/journal/journal.ts';
import type { Appended, JournalEvent } from '../../src/domain/journal/journal.ts';

/** Appends in the caller's transaction, as the ledger does with what it books. */
export async function appendEvents(
  tx: Queryable,
  userId: string,
  events: readonly JournalEvent[],
): Promise<Appended> {
  const list = new Map([[userId, events]]);
  const heads = await tx.query<JournalHeadRow>(APPEND, [journalInput(list)]);
  return toAppended(heads, list)[0]!;
}
