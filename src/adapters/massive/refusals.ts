import { TradecastError } from '../../protocol/errors.ts';
import { RestError } from './rest.ts';

/** What upstream's status codes mean. */
export const NOT_ENTITLED = 403;
export const NOT_FOUND = 404;
const TOO_MANY = 429;
const SERVER_ERROR = 500;

const RETRY_AFTER_MS = 5_000;

/** Upstream does not answer now: an older answer is better than none. */
export const isAway = (error: unknown): error is RestError =>
  error instanceof RestError &&
  (error.status === 0 || error.status === TOO_MANY || error.status >= SERVER_ERROR);

/** Upstream knows nothing of what was asked for. */
export const isMissing = (error: unknown): boolean =>
  error instanceof RestError && error.status === NOT_FOUND;

/** What upstream does not know, or the plan lacks, will be so in a moment: a request more would cost others their turn. */
const SETTLED_MS = 60_000;

/** How long an error of REST stands for the next answer. */
export const keepErrorMs = (error: unknown): number =>
  error instanceof RestError && (error.status === NOT_FOUND || error.status === NOT_ENTITLED)
    ? SETTLED_MS
    : 0;

/** When the next request may work, milliseconds. */
export const retryAfterOf = (error: unknown): number =>
  (error instanceof RestError ? error.retryAfterMs : undefined) ?? RETRY_AFTER_MS;

/** What a client can do about an error of REST: UNKNOWN_SYMBOL, NOT_IN_PLAN or UNAVAILABLE. Others stay as they are. */
export function refusal(error: unknown, symbol: string): unknown {
  if (!(error instanceof RestError)) return error;
  const { status } = error;
  if (status === NOT_FOUND)
    return new TradecastError('UNKNOWN_SYMBOL', `The market data source knows nothing of ${symbol}.`, {
      cause: error,
    });
  if (status === NOT_ENTITLED)
    return new TradecastError('NOT_IN_PLAN', 'The plan of the market data account does not include this.', {
      cause: error,
    });
  return new TradecastError('UNAVAILABLE', 'The market data source does not answer right now. Try again.', {
    retryAfterMs: retryAfterOf(error),
    cause: error,
  });
}
