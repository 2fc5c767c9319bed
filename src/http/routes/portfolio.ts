import { Router } from 'express';
import type { PortfolioPayload } from '../../protocol/portfolio.ts';
import { succeed, userOf } from '../answer.ts';
import type { HttpParts } from '../parts.ts';
import type { PolledDemand } from '../polled-demand.ts';

export function portfolioRoutes({ trading }: Pick<HttpParts, 'trading'>, demand: PolledDemand): Router {
  const router = Router();
  router.get('/', async (_req, res) => {
    const portfolio = await trading.portfolio(userOf(res).id);
    demand.want(portfolio.positions.map(({ symbol }) => symbol));
    succeed<PortfolioPayload>(res, portfolio);
  });
  return router;
}
