import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Log } from '../lib/log.ts';
import { isUnavailable, TradecastError } from '../protocol/errors.ts';
import { refuse } from './answer.ts';
import { settlePoints } from './limit.ts';
import { ClientGone } from './places.ts';

export const notFound: RequestHandler = () => {
  throw new TradecastError('NOT_FOUND', 'There is nothing at this address.');
};

/** The edge where every error of a request becomes an answer; details of the unexpected stay in the log. */
export function createErrorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    if (error instanceof ClientGone) {
      res.destroy();
      return;
    }
    const refusal = toRefusal(error);
    settlePoints(res, refusal);
    const { requestId } = res.locals;
    if (refusal.code === 'INTERNAL') log.error({ err: error, requestId }, 'a request failed');
    // The part that is away logs its outage once; a stack for each request adds nothing.
    else if (isUnavailable(refusal)) log.warn({ requestId, reason: refusal.message }, 'a request failed');
    if (!res.headersSent) refuse(res, refusal);
    // Half an answer cannot be recalled: cut it, so that the client does not read it as complete.
    else if (!res.writableEnded) res.destroy();
  };
}

/** Express and its body parser mark the client's mistakes with `status` and `type`; anything else is ours. */
export function toRefusal(error: unknown): TradecastError {
  if (error instanceof TradecastError) return error;
  const { status, type, limit } = (error ?? {}) as { status?: unknown; type?: unknown; limit?: unknown };
  if (type === 'entity.too.large') {
    return new TradecastError('TOO_LARGE', `The body is larger than ${String(limit)} bytes.`);
  }
  if (type === 'encoding.unsupported') {
    return new TradecastError('VALIDATION', 'Send the body without Content-Encoding.');
  }
  if (status === 404) return new TradecastError('NOT_FOUND', 'There is nothing at this address.');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new TradecastError('VALIDATION', 'The request is malformed.');
  }
  return new TradecastError('INTERNAL', 'Something went wrong here. The request id names it in the log.');
}
