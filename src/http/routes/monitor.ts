import { Router } from 'express';
import { TradecastError } from '../../protocol/errors.ts';
import type { DataOf } from '../../protocol/routes.ts';
import { succeed, userOf } from '../answer.ts';
import type { HttpParts } from '../parts.ts';

/** For administrators: replicas, rates, history and incidents. */
export function monitorRoutes({ monitor }: Pick<HttpParts, 'monitor'>): Router {
  const router = Router();
  router.get('/', (_req, res) => {
    if (userOf(res).role !== 'admin')
      throw new TradecastError('FORBIDDEN', 'This page is for administrators.');
    succeed<DataOf<'GET /api/monitor'>>(res, monitor());
  });
  return router;
}
