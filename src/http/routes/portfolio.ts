import { Router } from 'express';
import { succeed, userOf } from '../answer.ts';
import type { HttpParts } from '../parts.ts';

export function portfolioRoutes({ trading }: Pick<HttpParts, 'trading'>): Router {
  const router = Router();
  router.get('/', async (_req, res) => succeed(res, await trading.portfolio(userOf(res).id)));
  return router;
}
