import type { HaltScope } from '../../../domain/trading/trading.ts';
import type { Queryable } from '../../sql/database.ts';

export const scopeName = (scope: HaltScope): string => (scope === 'everyone' ? scope : scope.userId);

/** `at` is milliseconds since epoch. */
export const setHalt = (tx: Queryable, scope: HaltScope, reason: string, at: number): Promise<unknown> =>
  tx.query(
    `INSERT INTO halts (scope, reason, halted_at) VALUES ($1, $2, $3)
     ON CONFLICT (scope) DO UPDATE SET reason = excluded.reason`,
    [scopeName(scope), reason, new Date(at)],
  );

export const liftHalt = (tx: Queryable, scope: HaltScope): Promise<unknown> =>
  tx.query('DELETE FROM halts WHERE scope = $1', [scopeName(scope)]);
