import { instrumentOf } from '../instrument/instrument.ts';
import type { Quote, QuoteSplit } from './quote.ts';

/**
 * Quotes that changed, from the engine of lease number `lease`, which counts its messages from 1. The message contains
 * everything that changed after message `after`: the one before `seq`, or an earlier one where several were conflated.
 * A replica that has not received message `after` has missed something.
 */
export interface QuotesMessage {
  readonly lease: number;
  readonly after: number;
  readonly seq: number;
  readonly at: number;
  readonly quotes: readonly Quote[];
}

/**
 * A message that took longer is dropped:
 * with a tick before and one after it, no screen shows a price older than two seconds.
 */
export const MAX_QUOTES_AGE_MS = 1_500;

/** The latest time that a Date can hold, milliseconds since epoch. */
const MAX_TIME = 8.64e15;

/** By hand: fifty times a second, hundreds of quotes each. */
export function isQuotesMessage(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { lease, after, seq, at, quotes } = message as Partial<Record<keyof QuotesMessage, unknown>>;
  if (![lease, after, seq, at].every(Number.isFinite) || !Array.isArray(quotes)) return false;
  return quotes.every(isQuote);
}

const isTime = (value: unknown): boolean => typeof value === 'number' && value > 0 && value <= MAX_TIME;
const isTimeOrNone = (value: unknown): boolean => value === undefined || isTime(value);
const isTrueOrNone = (value: unknown): boolean => value === undefined || value === true;
const isPrice = (value: unknown): boolean => Number.isFinite(value) && (value as number) > 0;
/** A contract that is quoted and has not traded. */
const isUntraded = ({ symbol, price }: Partial<Record<keyof Quote, unknown>>): boolean =>
  price === 0 && instrumentOf(symbol as string).kind === 'option';
const isPriceOrNone = (value: unknown): boolean => value === undefined || isPrice(value);
const isSizeOrNone = (value: unknown): boolean => value === undefined || Number.isFinite(value);
const isTextOrNone = (value: unknown): boolean => value === undefined || isText(value);
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const isSplitOrNone = (value: unknown): boolean => {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { day, from, to, applied } = value as Partial<Record<keyof QuoteSplit, unknown>>;
  return isText(day) && isPrice(from) && isPrice(to) && isTrueOrNone(applied);
};

/** Any `state` passes: one that a newer engine added is not in the states that an order may rest on. */
const isQuote = (quote: Partial<Record<keyof Quote, unknown>> | null): boolean =>
  typeof quote === 'object' &&
  quote !== null &&
  isText(quote.symbol) &&
  isText(quote.state) &&
  isTextOrNone(quote.day) &&
  isTime(quote.sourceTime) &&
  isTime(quote.receivedAt) &&
  isTimeOrNone(quote.nbboReceivedAt) &&
  isTimeOrNone(quote.priceTime) &&
  isTimeOrNone(quote.priceReceivedAt) &&
  isTrueOrNone(quote.lastOnly) &&
  isTrueOrNone(quote.halted) &&
  isSplitOrNone(quote.split) &&
  Number.isFinite(quote.volume) &&
  (isPrice(quote.price) || isUntraded(quote)) &&
  isPriceOrNone(quote.bid) &&
  isPriceOrNone(quote.ask) &&
  isSizeOrNone(quote.bidSize) &&
  isSizeOrNone(quote.askSize) &&
  isPriceOrNone(quote.open) &&
  isPriceOrNone(quote.high) &&
  isPriceOrNone(quote.low) &&
  isPriceOrNone(quote.previousClose);
