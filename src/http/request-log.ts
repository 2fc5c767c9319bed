import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Log } from '../lib/log.ts';
import type { ServedRequest } from './parts.ts';

/** nginx's status for a client that hung up first. */
const CLIENT_CLOSED = 499;

/** Gives each request an id, in the answer and in the log, and reports its outcome at its end. */
export function createRequestLog(log: Log, observe: (request: ServedRequest) => void): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    const { method, path } = req;
    const requestId = randomUUID();
    res.locals.requestId = requestId;
    res.setHeader('X-Request-Id', requestId);
    res.once('close', () => {
      const seconds = (performance.now() - started) / 1000;
      const status = res.writableFinished ? res.statusCode : CLIENT_CLOSED;
      const route = typeof req.route?.path === 'string' ? patternOf(path, req.route.path) : areaOf(path);
      observe({ method, route, status, seconds });
      const fields = {
        requestId,
        method,
        path,
        status,
        ms: Math.round(seconds * 1000),
        userId: res.locals.user?.id,
      };
      // A probe asks every half second; the part that is not ready has its own log line.
      if ((status >= 400 && path !== '/ready') || method !== 'GET') log.info(fields, 'request');
      else log.debug(fields, 'request');
    });
    next();
  };
}

/** The label of a request that was refused before its route: a rise of `/hooks` with 401 means guessed signatures. */
const areaOf = (path: string): string => /^\/(hooks|api)(?=\/)/.exec(path)?.[0] ?? 'other';

/** `/api/orders/42` of the route `/:id` → `/api/orders/:id`. After an error Express has lost the mount path. */
function patternOf(path: string, route: string): string {
  const parts = (text: string): string[] => text.toLowerCase().split('/').filter(Boolean);
  const mount = parts(path).slice(0, parts(path).length - parts(route).length);
  return `/${[...mount, ...parts(route)].join('/')}`;
}
