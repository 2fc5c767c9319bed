import { TradecastError } from '../../../src/protocol/errors.ts';
import { wait } from './format.ts';

/** Why the server refused, for the screen: its own sentence, or how long to wait where there was too much of `what`. */
export function refusalOf(error: unknown, what: string): string {
  if (!(error instanceof TradecastError) || error.code !== 'RATE_LIMITED') return (error as Error).message;
  const { retryAfterMs } = error;
  return `Too many ${what}. Try again in ${retryAfterMs === undefined ? 'a moment' : wait(retryAfterMs)}.`;
}
