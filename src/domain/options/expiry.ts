import { newYorkTime } from '../../protocol/new-york.ts';
import { parseSymbol } from '../../protocol/symbol.ts';
import { createMarketHours } from '../market/market-hours.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
/** In its last minute a contract still has a price, and a time of zero has no volatility. */
const LEAST_MS = 60_000;
const REGULAR_CLOSE_MINUTES = 16 * 60;
const NOON_MINUTES = 12 * 60;

const hours = createMarketHours('us-options');
/** More days than all chains together have; beyond it they are read again. */
const MAX_KEPT = 2_000;
const kept = new Map<string, number>();

/**
 * When trading in contracts of this expiry (YYYY-MM-DD) ends, milliseconds since epoch: the close of the day, 13:00 in
 * New York on a half day. Contracts of before 2015 name the Saturday after their last day.
 */
export function expiryTime(expiry: string): number {
  let time = kept.get(expiry);
  if (time === undefined) {
    time = readExpiryTime(expiry);
    // The calendar costs a hundred times what a valuation does.
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(expiry, time);
  }
  return time;
}

/** When trading in the contract ends, milliseconds since epoch; null for a symbol that is no contract. */
export function closeOf(symbol: string): number | null {
  const parsed = parseSymbol(symbol);
  return parsed?.kind === 'option' ? expiryTime(parsed.expiry) : null;
}

function readExpiryTime(expiry: string): number {
  const noon = newYorkTime(expiry, NOON_MINUTES);
  if (hours.session(noon) === 'regular') return Date.parse(hours.status(noon).nextClose!);
  return newYorkTime(expiry, REGULAR_CLOSE_MINUTES);
}

/** Calendar years until the expiry; null once it has passed. */
export function yearsUntil(expiry: string, now: number): number | null {
  const left = expiryTime(expiry) - now;
  return left > 0 ? Math.max(left, LEAST_MS) / YEAR_MS : null;
}
