import type { RequestHandler } from 'express';
import { ROUTE_SHAPES } from '../protocol/routes.ts';
import { notFound } from './errors.ts';

/** Addresses of the service: an unknown one is an error in JSON, never a page. */
const SERVICE_PATH = /^\/(api|hooks|ws|health|ready|metrics|socket\.io)(\/|$)/i;
export const isServicePath = (path: string): boolean => SERVICE_PATH.test(path);

/** What no parameter of ours has: a slash that was encoded is a path for whoever decodes it later. */
const NO_SEGMENT = /[/\\\p{Cc}]/u;

/** The text of one segment of a path; null where no text encodes it or it is no parameter. */
function readSegment(encoded: string): string | null {
  try {
    const text = decodeURIComponent(encoded);
    return text === '' || NO_SEGMENT.test(text) ? null : text;
  } catch {
    return null;
  }
}

interface Address {
  readonly method: string;
  readonly segments: readonly string[];
}
const ADDRESSES: readonly Address[] = Object.keys(ROUTE_SHAPES).map((name) => {
  const [method = '', path = ''] = name.split(' ');
  return { method, segments: path.split('/') };
});

const isAt = (segments: readonly string[], asked: readonly string[]): boolean =>
  segments.length === asked.length &&
  segments.every((segment, at) =>
    segment.startsWith(':') ? readSegment(asked[at]!) !== null : segment === asked[at]!.toLowerCase(),
  );

/** A preflight asks for a path, whatever the method that follows. */
const isAskedBy = (method: string, asking: string): boolean =>
  asking === 'OPTIONS' || method === (asking === 'HEAD' ? 'GET' : asking);

/**
 * Whether the service has a route there: its method and its path, as they are declared. Capitals and a slash at the end
 * make no difference, as in Express. Everything else is unknown to everybody: it is 404 before anybody asks for a session
 * or a signature.
 */
function isKnownAddress(method: string, path: string): boolean {
  const asked = path.replace(/(?<=[^/])\/$/, '').split('/');
  return ADDRESSES.some((address) => isAskedBy(address.method, method) && isAt(address.segments, asked));
}

export const refuseUnknownAddress: RequestHandler = (req, res, next) =>
  isServicePath(req.path) && !isKnownAddress(req.method, req.path) ? notFound(req, res, next) : next();
