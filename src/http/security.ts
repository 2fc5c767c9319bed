import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { FOREIGN_ORIGIN, type OriginCheck } from '../lib/origin.ts';
import { TradecastError } from '../protocol/errors.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Only a Host header that is nothing but a host goes into the policy. */
const PLAIN_HOST = /^[A-Za-z0-9.-]+(:\d+)?$|^\[[0-9A-Fa-f:]+\](:\d+)?$/;

/** Security headers. The dashboard meets the policy without an exception; a browser test holds that. */
export function createSecurityHeaders({ production }: { production: boolean }): RequestHandler {
  return helmet({
    // Only behind TLS: after this header a browser refuses plain HTTP on that host for months.
    strictTransportSecurity: production,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'", (req) => sockets(req.headers.host)],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}

/** Browsers differ on whether 'self' covers WebSockets. */
const sockets = (host: string | undefined): string =>
  host !== undefined && PLAIN_HOST.test(host) ? `ws://${host} wss://${host}` : '';

/** Refuses writes that a page of another site makes with the user's cookie; SameSite=Lax is the first defence. */
export function createWriteCheck(isAllowed: OriginCheck): RequestHandler {
  return (req, _res, next) => {
    if (READING.has(req.method)) return next();
    const isCrossSite = req.headers['sec-fetch-site'] === 'cross-site';
    if (!isAllowed(req.headers, isCrossSite)) throw new TradecastError('FORBIDDEN', FOREIGN_ORIGIN);
    next();
  };
}
