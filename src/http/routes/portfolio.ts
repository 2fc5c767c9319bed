import { Router } from 'express';
import { instrumentOf } from '../../domain/instrument/instrument.ts';
import type { DataOf } from '../../protocol/routes.ts';
import { succeed, userOf } from '../answer.ts';
import type { HttpParts } from '../parts.ts';
import type { PolledDemand } from '../polled-demand.ts';

export function portfolioRoutes({ trading }: Pick<HttpParts, 'trading'>, demand: PolledDemand): Router {
  const router = Router();
  router.get('/', async (_req, res) => {
    const portfolio = await trading.portfolio(userOf(res).id);
    // Contracts can be reported; the feed of stocks has none.
    const stocks = portfolio.positions.filter(({ symbol }) => instrumentOf(symbol).kind === 'stock');
    demand.want(stocks.map(({ symbol }) => symbol));
    succeed<DataOf<'GET /api/portfolio'>>(res, portfolio);
  });
  return router;
}
