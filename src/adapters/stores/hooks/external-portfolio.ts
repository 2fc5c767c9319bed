import { noSuchAccount } from '../../../domain/trading/refusal.ts';
import type { PortfolioPayload } from '../../../protocol/portfolio.ts';
import type { Queryable } from '../../sql/database.ts';

const REPLACE = `INSERT INTO external_portfolios (user_id, portfolio, reported_at)
  SELECT user_id, $2, $3 FROM accounts WHERE user_id = $1
  ON CONFLICT (user_id) DO UPDATE SET portfolio = excluded.portfolio, reported_at = excluded.reported_at
  RETURNING user_id`;

/** From now on the user sees this portfolio. Publish `portfolio` after commit. Throws NOT_FOUND. */
export async function replaceExternalPortfolio(
  tx: Queryable,
  userId: string,
  portfolio: PortfolioPayload,
): Promise<void> {
  const rows = await tx.query(REPLACE, [userId, JSON.stringify(portfolio), new Date(portfolio.timestamp)]);
  if (rows.length === 0) throw noSuchAccount();
}
