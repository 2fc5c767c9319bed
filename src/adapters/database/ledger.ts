import type { Ledger } from '../../domain/trading/ledger.ts';
import type { Database, Queryable } from './database.ts';

export declare function createLedger(db: Database): Ledger;

/** What every user must have: an account with its starting cash (dollars, decimal text) and an empty journal. */
export declare function openAccount(
  tx: Queryable,
  userId: string,
  startingCash: string | number,
): Promise<void>;
