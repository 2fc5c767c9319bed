import path from 'node:path';
import compression from 'compression';
import express, { type RequestHandler, Router } from 'express';

const YEAR_SECONDS = 31_536_000;
/** Paths of the service: an unknown one is an error, never the dashboard's page. */
const SERVICE_PATH = /^\/(api|hooks|health|ready|metrics|socket\.io)(\/|$)/;

/** The built dashboard. Its assets carry their hash in their name; the page that names them is always asked for anew. */
export function dashboardRoutes(folder: string): Router {
  const router = Router();
  // Files only: an answer that mixes secrets with what a client sent must not tell by its size.
  router.use(compression());
  router.use(
    express.static(folder, {
      index: false,
      setHeaders(res, file) {
        const hashed = path.relative(folder, file).startsWith(`assets${path.sep}`);
        res.setHeader('Cache-Control', hashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
      },
    }),
  );
  router.use(createPageFallback(folder));
  return router;
}

/** Every other address that a browser opens as a page is the one page; a missing file stays missing. */
function createPageFallback(folder: string): RequestHandler {
  return (req, res, next) => {
    const reading = req.method === 'GET' || req.method === 'HEAD';
    const page =
      !SERVICE_PATH.test(req.path) &&
      path.extname(req.path) === '' &&
      req.accepts(['html', 'json']) === 'html';
    if (!reading || !page) return next();
    res.setHeader('Cache-Control', 'no-cache');
    res.sendFile('index.html', { root: folder, cacheControl: false });
  };
}
