/** What a field of an upstream event must be. By hand: this is the hot path. */
import { MAX_AHEAD_MS } from '../../domain/market/staleness.ts';

/** Ten times the dearest share there is; above it a price is an error. */
const MAX_PRICE = 10_000_000;
/** More shares than any company has. */
const MAX_SIZE = 1e11;
/** Bounds the cache: upstream gone mad must not fill the memory. */
const MAX_SYMBOLS = 50_000;

export const isPrice = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= MAX_PRICE;

export const isSize = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= MAX_SIZE;

/** Absent, null and 0 mean "none"; anything else must be a price. */
export const isOptionalPrice = (value: unknown): value is number | undefined | null =>
  value === undefined || value === null || value === 0 || isPrice(value);

/** Milliseconds since epoch, at most MAX_AHEAD_MS in the future: clocks differ by no more. */
export const isTime = (value: unknown, receivedAt: number): value is number =>
  typeof value === 'number' && value > 0 && value <= receivedAt + MAX_AHEAD_MS;

/** A whole number from 1 that a double has exactly: what a bigint column takes. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0;

export const asCount = (value: unknown): number => (isCount(value) ? value : 0);

export type SymbolCheck = (value: unknown) => value is string;

/** Parsing a symbol once is enough. */
export function createSymbolCheck(isSymbol: (text: string) => boolean): SymbolCheck {
  const known = new Set<unknown>();
  return (value): value is string => {
    if (known.has(value)) return true;
    if (typeof value !== 'string' || !isSymbol(value)) return false;
    if (known.size >= MAX_SYMBOLS) known.clear();
    known.add(value);
    return true;
  };
}
