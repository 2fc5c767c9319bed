import { Router } from 'express';
import { z } from 'zod';
import { ROUTE_SHAPES } from '../protocol/routes.ts';
import { validate } from './body.ts';

const NOTHING = z.strictObject({});

/**
 * Refuses a query where a route under /api declares none. The others read theirs by a schema that is as strict, so that
 * a parameter that nobody reads is never taken for one that works. Throws VALIDATION.
 */
export function refuseUndeclaredQuery(): Router {
  const router = Router();
  for (const [name, { query }] of Object.entries(ROUTE_SHAPES)) {
    const [method = '', path = ''] = name.split(' ');
    if (query || !path.startsWith('/api/')) continue;
    router.all(path.slice('/api'.length), (req, _res, next) => {
      if (req.method === method) validate(NOTHING, { ...req.query });
      next();
    });
  }
  return router;
}
