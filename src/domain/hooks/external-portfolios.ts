import type { PortfolioPayload } from '../../protocol/payloads.ts';

/** Portfolios of accounts that are kept elsewhere, as last reported through /hooks/portfolio. */
export interface ExternalPortfolios {
  find(userId: string): Promise<PortfolioPayload | null>;
}
