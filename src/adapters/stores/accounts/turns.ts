import type { OperatorCommand } from '../../../domain/hooks/operator-commands.ts';
import type { HaltScope } from '../../../domain/trading/trading.ts';
import type { Queryable } from '../../sql/database.ts';

// A clock that is ahead must not keep others out until its time has come, so no later time than now is kept.
const TAKE = `INSERT INTO operator_turns AS t (subject, signed_at)
  VALUES ($1, date_trunc('second', least($2::timestamptz, now())))
  ON CONFLICT (subject) DO UPDATE SET signed_at = greatest(t.signed_at, excluded.signed_at)
    WHERE t.signed_at <= $2::timestamptz
  RETURNING subject`;

/** Decisions of one kind about one user, or about everyone, follow each other. */
export const subjectOf = (kind: OperatorCommand['kind'], scope: HaltScope): string =>
  `${kind} ${scope === 'everyone' ? scope : scope.userId}`;

/** Signatures have whole seconds: what else takes a turn is counted as they are. */
const SECOND_MS = 1_000;

/**
 * From here to the end of the transaction nobody else decides about the subject. False where what was decided last was
 * signed later; of the same second, the order of arrival counts. `at` is milliseconds since epoch.
 */
export async function takeTurn(tx: Queryable, subject: string, at: number): Promise<boolean> {
  const second = Math.floor(at / SECOND_MS) * SECOND_MS;
  return (await tx.query(TAKE, [subject, new Date(second)])).length > 0;
}
