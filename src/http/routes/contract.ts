import { readFileSync } from 'node:fs';
import path from 'node:path';
import compression from 'compression';
import { type RequestHandler, Router } from 'express';
import { asyncApi } from '../contract/asyncapi.ts';
import { openApi } from '../contract/openapi.ts';
import { apiPage } from '../contract/page.ts';

const STYLE = path.resolve(import.meta.dirname, '../contract/page.css');
const style = (): string => readFileSync(STYLE, 'utf8');

/** The wire for programs and readers: the same for everyone and for as long as the service runs. */
export function contractRoutes(): Router {
  const router = Router();
  router.get('/openapi.json', compression(), json(openApi));
  router.get('/asyncapi.json', compression(), json(asyncApi));
  router.get('/docs/api', compression(), once('text/html', apiPage));
  router.get('/docs/api.css', compression(), once('text/css', style));
  return router;
}

const json = (write: () => object): RequestHandler => once('application/json', () => JSON.stringify(write()));

/** Written with the first request: most starts never need it. */
function once(type: string, write: () => string): RequestHandler {
  let text: string | null = null;
  return (_req, res) => {
    text ??= write();
    res.type(type).send(text);
  };
}
