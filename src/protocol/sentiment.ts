/** Off-exchange totals on a plain WebSocket of their own, `/ws`. Amounts are dollars as texts with two decimals. */
import type { SentimentRow } from './darkpool.ts';
import type { PlainError, PlainPong, PlainServerShutdown, PlainSessionRevoked } from './plain.ts';

export const SENTIMENT_PATH = '/ws';

/** The day so far; the first message. */
export interface SentimentInitial {
  type: 'initial';
  data: SentimentRow[];
}

/** Amounts are what came to the total that was sent last; they are negative where prints were taken back. */
export interface SentimentUpdate {
  type: 'update';
  ticker: string;
  bullish_amount: string;
  bearish_amount: string;
  unknown_amount: string;
  timestamp: string;
}

/** In place of everything before: every minute, and where updates may have been missed. */
export interface SentimentFull {
  type: 'full';
  data: SentimentRow[];
  timestamp: string;
}

/** What the server sends. */
export type SentimentMessage =
  | SentimentInitial
  | SentimentUpdate
  | SentimentFull
  | PlainError
  | PlainSessionRevoked
  | PlainServerShutdown
  | PlainPong;

/** Whole cents as dollars: `-50000n` is `-500.00`. */
export function toAmount(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
