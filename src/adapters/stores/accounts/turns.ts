import type { OperatorCommand, OperatorEvent } from '../../../domain/hooks/operator-commands.ts';
import type { HaltScope } from '../../../domain/trading/trading.ts';
import type { Queryable } from '../../sql/database.ts';

// A clock that is ahead must not keep others out until its time has come, so no later time of signing than now is kept.
// The time of arrival is kept as it is: it is compared within one second only.
const TAKE = `INSERT INTO operator_turns AS t (subject, signed_at, received_at)
  VALUES ($1, date_trunc('second', least($2::timestamptz, now())), $3)
  ON CONFLICT (subject) DO UPDATE SET
      signed_at = greatest(t.signed_at, excluded.signed_at),
      received_at = CASE WHEN excluded.signed_at > t.signed_at THEN excluded.received_at
        ELSE greatest(t.received_at, excluded.received_at) END
    WHERE t.signed_at < $2::timestamptz
      OR (t.signed_at = $2::timestamptz AND coalesce(t.received_at <= $3::timestamptz, true))
  RETURNING subject`;

/** Decisions of one kind about one user, or about everyone, follow each other. */
export const subjectOf = (kind: OperatorCommand['kind'], scope: HaltScope): string =>
  `${kind} ${scope === 'everyone' ? scope : scope.userId}`;

/** Signatures have whole seconds: what else takes a turn is counted as they are. */
const SECOND_MS = 1_000;

/** When a decision was made: milliseconds since epoch. */
export type Moment = Pick<OperatorEvent, 'signedAt' | 'receivedAt'>;

/**
 * From here to the end of the transaction nobody else decides about the subject. False where what was decided last was
 * signed later or, in the same second, received later.
 */
export async function takeTurn(
  tx: Queryable,
  subject: string,
  { signedAt, receivedAt }: Moment,
): Promise<boolean> {
  const second = Math.floor(signedAt / SECOND_MS) * SECOND_MS;
  return (await tx.query(TAKE, [subject, new Date(second), new Date(receivedAt)])).length > 0;
}
