import { TradecastError } from '../../protocol/errors.ts';
import { isDiskFull } from './disk-watch.ts';

/** When a client should try again: a restart of the database lasts about this long. */
const RETRY_AFTER_MS = 1_000;

/** Errors of the socket layer, pg and pg-pool without a connection. */
const CONNECTION_FAILURES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
const CONNECTION_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|timeout expired|query read timeout|not queryable|cannot use a pool after|connection ended/i;
/**
 * What ends a statement through no fault of its own. SQLSTATE: 08 connection, 53 resources, 57 operator intervention
 * (shutdown, statement timeout), 58 system. 25006 is a former primary, whose address leads to the new one when the
 * connection is made anew. 25P03 and 25P04 end a transaction that stood still or lasted too long: this process stalled.
 * 40001, 40P01 and 55P03 are two transactions in each other's way, of which this one was given up.
 */
const UNAVAILABLE_STATES = /^(08|53|57|58|25006|25P03|25P04|40001|40P01|55P03)/;

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

/** Whether a statement violated a unique constraint, or the one of this name. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  codeOf(error) === '23505' &&
  (constraint === undefined || (error as { constraint?: string }).constraint === constraint);

/** Turns a failed connection into UNAVAILABLE; an error of the statement itself stays as it is. */
export function toDatabaseError(error: unknown): unknown {
  if (error instanceof TradecastError) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : '';
  const unreachable =
    error instanceof AggregateError ||
    CONNECTION_FAILURES.has(code) ||
    isDiskFull(error) ||
    (code.length === 5 && UNAVAILABLE_STATES.test(code)) ||
    CONNECTION_MESSAGES.test(message);
  return unreachable ? unavailable(error) : error;
}

export const unavailable = (cause: unknown): TradecastError =>
  new TradecastError('UNAVAILABLE', isDiskFull(cause) ? FULL : AWAY, { retryAfterMs: RETRY_AFTER_MS, cause });

const AWAY = 'The database does not answer right now. Try again.';
const FULL = 'The disk of the database is full: nothing can be stored right now. Try again later.';
