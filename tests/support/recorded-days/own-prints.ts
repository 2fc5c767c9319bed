/**
 * Off-exchange prints of a recorded day, read from Lean's files by rules of their own: nothing here is the product's, so
 * that the product has something to agree with.
 */
import { readLeanLines } from '../../../rig/recordings/lean-files.ts';
import type { LeanDay, LeanSymbol } from './differences.ts';

export type Side = 'bullish' | 'bearish' | 'unknown';

/** Amounts are whole numbers of 1e-4 dollars. */
export interface OwnSums {
  readonly notional: bigint;
  readonly prints: number;
  /** By minute of the New York day. */
  readonly minutes: ReadonlyMap<number, bigint>;
}

interface Row {
  readonly ms: number;
  readonly price: number;
  readonly shares: number;
  readonly exchange: string;
  readonly flags: number;
}

/** Lean's flags of a price that is none of its time. */
const AVERAGE_PRICE = 0x100000;
const CASH = 0x2;
const NEXT_DAY = 0x4;
const CROSS = 0x200000;
const DERIVATIVELY_PRICED = 0x200;
const PRIOR_REFERENCE = 0x2000000;
const CONTINGENT = 0x40000;
const AUCTIONS_AND_OFFICIAL = 0x40 | 0x80 | 0x100 | 0x1000000 | 0x4000000;
const UNTIMELY =
  AVERAGE_PRICE |
  CASH |
  NEXT_DAY |
  CROSS |
  DERIVATIVELY_PRICED |
  PRIOR_REFERENCE |
  CONTINGENT |
  AUCTIONS_AND_OFFICIAL;

/** Flags of trades that do not set the last price. */
const SELLER = 0x8;
const OUT_OF_SEQUENCE = 0x4000;
const PRICE_VARIATION = 0x400000;
const ODD_LOT = 0x80000000;
const NOT_LAST =
  AVERAGE_PRICE |
  CASH |
  NEXT_DAY |
  DERIVATIVELY_PRICED |
  PRIOR_REFERENCE |
  CONTINGENT |
  SELLER |
  OUT_OF_SEQUENCE |
  PRICE_VARIATION |
  ODD_LOT |
  0x1000000 |
  0x4000000;

const OPEN_MS = 9.5 * 3_600_000;
const CLOSE_MS = 16 * 3_600_000;

const rowsOf = (root: string, symbol: LeanSymbol, day: LeanDay): Row[] =>
  readLeanLines(root, 'tick', symbol.toLowerCase(), `${day}_trade.zip`).map((line) => {
    const [ms = '', price = '', shares = '', exchange = '', flags = ''] = line.split(',');
    return {
      ms: Math.floor(Number(ms)),
      price: Number(price),
      shares: Number(shares),
      exchange,
      flags: Number.parseInt(flags, 16),
    };
  });

const counts = ({ exchange, flags }: Row): boolean => exchange === 'D' && (flags & UNTIMELY) === 0;
const amountOf = ({ price, shares }: Row): bigint => BigInt(price) * BigInt(shares);

/** All prints that count, whatever their side. */
export function ownSums(root: string, symbol: LeanSymbol, day: LeanDay): OwnSums {
  const minutes = new Map<number, bigint>();
  let [notional, prints] = [0n, 0];
  for (const row of rowsOf(root, symbol, day)) {
    if (!counts(row)) continue;
    const minute = Math.floor(row.ms / 60_000);
    minutes.set(minute, (minutes.get(minute) ?? 0n) + amountOf(row));
    notional += amountOf(row);
    prints += 1;
  }
  return { notional, prints, minutes };
}

/** Time, best bid and best ask after each recorded quote: a row has one side, of the exchange that is the best on it. */
function* quotesOf(
  root: string,
  symbol: LeanSymbol,
  day: LeanDay,
): Generator<readonly [number, number, number]> {
  let [bestBid, bestAsk] = [Number.NaN, Number.NaN];
  for (const line of readLeanLines(root, 'tick', symbol.toLowerCase(), `${day}_quote.zip`)) {
    const [ms, bid, , ask] = line.split(',').map(Number);
    if (bid! > 0) bestBid = bid!;
    if (ask! > 0) bestAsk = ask!;
    yield [Math.floor(ms!), bestBid, bestAsk];
  }
}

/** Of the trades on exchanges in regular hours, the share whose price lies between bid and ask. */
export function shareBetweenQuotes(root: string, symbol: LeanSymbol, day: LeanDay): number {
  const quotes = [...quotesOf(root, symbol, day)];
  let [next, trades, between] = [0, 0, 0];
  for (const { ms, price, exchange } of rowsOf(root, symbol, day)) {
    while (next < quotes.length && quotes[next]![0] <= ms) next += 1;
    if (exchange === 'D' || ms < OPEN_MS || ms >= CLOSE_MS) continue;
    const [, bid, ask] = quotes[next - 1]!;
    trades += 1;
    if (bid <= price && price <= ask) between += 1;
  }
  return between / trades;
}

/** The amount of each side. */
export function ownSides(root: string, symbol: LeanSymbol, day: LeanDay): Record<Side, bigint> {
  const sums: Record<Side, bigint> = { bullish: 0n, bearish: 0n, unknown: 0n };
  const quotes = [...quotesOf(root, symbol, day)];
  const lastPrices: number[] = [];
  let next = 0;
  for (const row of rowsOf(root, symbol, day)) {
    while (next < quotes.length && quotes[next]![0] <= row.ms) next += 1;
    if (counts(row)) sums[sideOf(row.price, quotes[next - 1], lastPrices)] += amountOf(row);
    if ((row.flags & NOT_LAST) === 0 && row.price !== lastPrices.at(-1)) lastPrices.push(row.price);
  }
  return sums;
}

function sideOf(
  price: number,
  quote: readonly [number, number, number] | undefined,
  lastPrices: readonly number[],
): Side {
  const [, bid, ask] = quote ?? [0, Number.NaN, Number.NaN];
  if (Number.isNaN(bid) || Number.isNaN(ask) || bid > ask) return 'unknown';
  const middle = (bid + ask) / 2;
  const before = price === middle ? lastPrices.findLast((one) => one !== price) : middle;
  if (before === undefined) return 'unknown';
  return price > before ? 'bullish' : 'bearish';
}
