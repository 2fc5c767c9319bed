import type {
  DarkpoolDay,
  DarkpoolPayload,
  DarkpoolScope,
  LargePrint,
  SentimentRow,
} from '../../protocol/darkpool.ts';
import { type Amount, centsOf, dollarsOf } from './amount.ts';
import type { Completeness } from './completeness.ts';
import type { Print } from './print.ts';
import type { SumsScope } from './sums-scope.ts';
import type { StoredSymbolDay } from './sums-store.ts';
import type { BoardTotals } from './totals-board.ts';

const iso = (time: number): string => new Date(time).toISOString();
const isoOrNull = (time: number | null): string | null => (time === null ? null : iso(time));

/** Dollars with two decimals. */
export function textOf(amount: Amount): string {
  const cents = String(centsOf(amount)).padStart(3, '0');
  return `${cents.slice(0, -2)}.${cents.slice(-2)}`;
}

export const totalsToPayload = ({ symbol, totals, updatedAt, state }: BoardTotals): DarkpoolPayload => ({
  symbol,
  bullish: dollarsOf(totals.bullish),
  bearish: dollarsOf(totals.bearish),
  unknown: dollarsOf(totals.unknown),
  prints: totals.prints,
  lastUpdated: iso(updatedAt),
  state,
});

export const totalsToRow = ({ symbol, totals, updatedAt }: BoardTotals): SentimentRow => ({
  ticker: symbol,
  bullish_amount: textOf(totals.bullish),
  bearish_amount: textOf(totals.bearish),
  unknown_amount: textOf(totals.unknown),
  last_updated: iso(updatedAt),
});

export const scopeToPayload = (scope: SumsScope | null): DarkpoolScope | null =>
  scope && {
    symbols: scope.symbols,
    quoted: scope.quoted,
    shedTrades: scope.shed,
    shedAt: isoOrNull(scope.shedAt),
  };

export const dayToPayload = (
  symbol: string,
  day: string,
  stored: StoredSymbolDay,
  { gaps, summedSince, interruptedSince }: Completeness,
  scope: SumsScope | null,
): DarkpoolDay => ({
  symbol,
  day,
  minutes: stored.minutes.map(({ start, bullish, bearish, unknown, prints }) => ({
    time: start / 1_000,
    bullish: dollarsOf(bullish),
    bearish: dollarsOf(bearish),
    unknown: dollarsOf(unknown),
    prints,
  })),
  gaps: gaps.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
  followedSince: isoOrNull(stored.followedSince),
  summedSince: isoOrNull(summedSince),
  interruptedSince: isoOrNull(interruptedSince),
  largest: stored.largest.map(printToPayload),
  late: { prints: stored.late.prints, notional: dollarsOf(stored.late.notional) },
  scope: scopeToPayload(scope),
});

const printToPayload = ({ time, price, size, notional, side, trf }: Print): LargePrint => ({
  timestamp: iso(time),
  price,
  size,
  notional: dollarsOf(notional),
  side,
  trf,
});
