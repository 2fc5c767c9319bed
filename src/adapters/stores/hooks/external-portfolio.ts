import { noSuchAccount } from '../../../domain/trading/refusal.ts';
import type { PortfolioPayload } from '../../../protocol/portfolio.ts';
import type { Queryable } from '../../sql/database.ts';

// A report that was held up somewhere does not replace a younger one; of one moment, the order of arrival counts.
const REPLACE = `WITH account AS (SELECT user_id FROM accounts WHERE user_id = $1),
  written AS (
    INSERT INTO external_portfolios AS e (user_id, portfolio, reported_at)
    SELECT user_id, $2::json, $3::timestamptz FROM account
    ON CONFLICT (user_id) DO UPDATE SET portfolio = excluded.portfolio, reported_at = excluded.reported_at
      WHERE e.reported_at <= excluded.reported_at
    RETURNING user_id)
  SELECT EXISTS (SELECT FROM written) AS applied FROM account`;

/**
 * From now on the user sees this portfolio; false where a younger one is shown. Publish `portfolio` after commit. Throws
 * NOT_FOUND.
 */
export async function replaceExternalPortfolio(
  tx: Queryable,
  userId: string,
  portfolio: PortfolioPayload,
): Promise<boolean> {
  const [row] = await tx.query<{ applied: boolean }>(REPLACE, [
    userId,
    JSON.stringify(portfolio),
    new Date(portfolio.timestamp),
  ]);
  if (!row) throw noSuchAccount();
  return row.applied;
}
