import type { Cancel } from '../../lib/clock.ts';
import { centsOf } from './amount.ts';
import type { BoardTotals, TotalsBoard } from './totals-board.ts';

/** What was traded off exchange in one symbol today, by side. Amounts are whole cents, rounded once from exact sums. */
export interface SentimentTotal {
  readonly symbol: string;
  readonly bullish: bigint;
  readonly bearish: bigint;
  readonly unknown: bigint;
  /** Milliseconds since epoch. */
  readonly lastUpdated: number;
}

/** The totals of the day as this replica knows them. */
export interface SentimentBoard {
  all(): readonly SentimentTotal[];
  /** Called in the turn in which `all` changes. */
  onChange(listener: (changed: readonly SentimentTotal[]) => void): Cancel;
  /** Changes may have been missed, or the day has ended: what readers were told counts for nothing now. */
  onDoubt(listener: () => void): Cancel;
}

/** Bullish, bearish and unknown together. */
export const wholeOf = ({ bullish, bearish, unknown }: SentimentTotal): bigint => bullish + bearish + unknown;

const toTotal = ({ symbol, totals, updatedAt }: BoardTotals): SentimentTotal => ({
  symbol,
  bullish: centsOf(totals.bullish),
  bearish: centsOf(totals.bearish),
  unknown: centsOf(totals.unknown),
  lastUpdated: updatedAt,
});

/** The totals of this replica to the cent. */
export const sentimentBoardOf = (
  board: Pick<TotalsBoard, 'heaviest' | 'onChange' | 'onDoubt'>,
): SentimentBoard => ({
  all: () => board.heaviest(Number.POSITIVE_INFINITY).map(toTotal),
  onChange: (listener) => board.onChange((changed) => listener(changed.map(toTotal))),
  onDoubt: board.onDoubt,
});
