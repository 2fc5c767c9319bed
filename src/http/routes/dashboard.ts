import path from 'node:path';
import compression from 'compression';
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import { mayName, PAGE_NAMES, PAGES } from '../../protocol/pages.ts';
import { isServicePath } from '../known-address.ts';

const YEAR_SECONDS = 31_536_000;
const APP = 'index.html';
/** Every file of the build has such a name, and one spelling. */
const FILE_NAME = /^(?:\/[\w-][\w.-]*)+$/;
/** Addresses of files: a missing one stays missing. A dot alone makes no file, as in `BRK.B`. */
const FILE_PATH = /^\/assets\/|\.(?:js|css|map|json|svg|png|ico|txt|xml|woff2?|webmanifest)$|%2f|%5c/i;

/** The built dashboard: its files, and the app at the paths of its pages. */
export function dashboardRoutes(folder: string): Router {
  const router = Router({ caseSensitive: true, strict: true });
  // Files only: an answer that mixes secrets with what a client sent must not leak through its size.
  router.use(compression());
  for (const name of PAGE_NAMES) router.get(PAGES[name].path, pageAt(folder));
  router.use(undecodable(folder), filesIn(folder), pageNotFound(folder));
  return router;
}

const isPage = ({ originalUrl, params }: Request): boolean =>
  // The parser of addresses drops what the browser does not: its own router reads the path as it was sent.
  !originalUrl.startsWith('//') &&
  Object.entries(params).every(([name, text]) => typeof text === 'string' && mayName(name, text));

const wantsPage: RequestHandler = (req, _res, next) =>
  next(isPage(req) && req.accepts(['html', 'json']) === 'html' ? undefined : 'route');

/** The app names its hashed assets, so it is always asked for anew. */
function sendApp(res: Response, folder: string): void {
  res.setHeader('Cache-Control', 'no-cache');
  res.sendFile(APP, { root: folder, cacheControl: false });
}

const pageAt = (folder: string): RequestHandler[] => [wantsPage, (_req, res) => sendApp(res, folder)];

/** Assets carry their hash in their name. The app is no file: at its file name it would be an unknown page. */
function filesIn(folder: string): RequestHandler {
  const files = express.static(folder, {
    index: false,
    redirect: false,
    setHeaders(res, file) {
      const hashed = path.relative(folder, file).startsWith(`assets${path.sep}`);
      res.setHeader('Cache-Control', hashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
    },
  });
  return (req, res, next) =>
    FILE_NAME.test(req.path) && req.path !== `/${APP}` ? files(req, res, next) : next();
}

/** A reader's browser at any other address gets the app's own "Page not found". */
const pageNotFound =
  (folder: string): RequestHandler =>
  (req, res, next) => {
    const reading = req.method === 'GET' || req.method === 'HEAD';
    const page = !isServicePath(req.path) && !FILE_PATH.test(req.path);
    if (!reading || !page || req.accepts(['html', 'json']) !== 'html') return next();
    sendApp(res.status(404), folder);
  };

/** Express throws for a page's segment that no text encodes, such as `/s/%`: nothing has this address. */
const undecodable =
  (folder: string): ErrorRequestHandler =>
  (error, req, res, next) =>
    error instanceof URIError ? pageNotFound(folder)(req, res, () => next()) : next(error);
