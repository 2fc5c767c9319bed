import compression from 'compression';
import { type RequestHandler, Router } from 'express';
import { asyncApi } from '../contract/asyncapi.ts';
import { openApi } from '../contract/openapi.ts';

/** The wire for programs: the same for everyone and for as long as the service runs. */
export function contractRoutes(): Router {
  const router = Router();
  router.get('/openapi.json', compression(), once(openApi));
  router.get('/asyncapi.json', compression(), once(asyncApi));
  return router;
}

/** Written with the first request: most starts never need it. */
function once(write: () => object): RequestHandler {
  let text: string | null = null;
  return (_req, res) => {
    text ??= JSON.stringify(write());
    res.type('application/json').send(text);
  };
}
