import { FencedError } from '../../../domain/engine/fenced.ts';
import type { Database, Queryable } from '../../sql/database.ts';

/** A shared lock: the number cannot rise for the next engine before this transaction has ended. */
const CHECK_FENCING = "SELECT 1 FROM leases WHERE name = 'engine' AND fencing = $1 FOR SHARE";
/** Waits until every other transaction under this number has ended, also one whose connection broke in its COMMIT. */
const CHECK_FENCING_ALONE = "SELECT 1 FROM leases WHERE name = 'engine' AND fencing = $1 FOR NO KEY UPDATE";

export interface FencedOptions {
  /** After every other transaction under this number has ended. */
  readonly alone?: boolean;
}

/** A transaction of the engine of lease number `fencing`. Throws FencedError where another replica is the engine now. */
export const fencedTransaction = <T>(
  db: Database,
  fencing: number,
  work: (tx: Queryable) => Promise<T>,
  { alone = false }: FencedOptions = {},
): Promise<T> =>
  db.transaction(async (tx) => {
    const rows = await tx.query(alone ? CHECK_FENCING_ALONE : CHECK_FENCING, [fencing]);
    if (rows.length === 0) throw new FencedError('another replica is the engine now');
    return work(tx);
  });
