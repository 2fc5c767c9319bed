import type { Appended } from '../../domain/trading/ledger.ts';
import type { PortfolioPayload, TradeExecutedPayload, TradeFailedPayload } from '../../protocol/payloads.ts';
import type { Queryable } from './database.ts';

/** A trade made (or failed) elsewhere is told to the user; the paper account does not change. Throws NOT_FOUND. */
export declare function recordExternalTrade(
  tx: Queryable,
  userId: string,
  report:
    | { readonly event: 'trade:executed'; readonly payload: TradeExecutedPayload }
    | { readonly event: 'trade:failed'; readonly payload: TradeFailedPayload },
): Promise<Appended>;

/** From now on the user sees this portfolio. Publish `portfolio` after commit. Throws NOT_FOUND. */
export declare function replaceExternalPortfolio(
  tx: Queryable,
  userId: string,
  portfolio: PortfolioPayload,
): Promise<void>;
