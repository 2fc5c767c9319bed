import { type SentimentTotal, wholeOf } from '../../../domain/off-exchange/sentiment-board.ts';
import type { SentimentRow } from '../../../protocol/darkpool.ts';
import { MAX_SENTIMENT_ROWS } from '../../../protocol/limits.ts';
import { type SentimentUpdate, toAmount } from '../../../protocol/sentiment.ts';

/**
 * What every reader that is in step has been told: the totals of the tickers with the largest notional. It is the same for
 * all of them, so an update is encoded once. A ticker that has no place waits for the next ranking: its first update
 * would be a difference to a total that nobody was told.
 */
export interface Told {
  /** Largest first. */
  rows(): SentimentRow[];
  /** What brings the readers to these totals; nothing for a ticker that moved by less than a cent. */
  move(changed: readonly SentimentTotal[]): SentimentUpdate[];
  /** Forgets what was told. */
  begin(all: readonly SentimentTotal[]): void;
  /** False where other tickers than those told are now the largest. */
  ranksAs(all: readonly SentimentTotal[]): boolean;
}

const isoOf = (time: number): string => new Date(time).toISOString();

const largest = (all: Iterable<SentimentTotal>): SentimentTotal[] =>
  [...all].sort(byNotional).slice(0, MAX_SENTIMENT_ROWS);

/** Equal ones by name, so that the order says the same everywhere. */
function byNotional(a: SentimentTotal, b: SentimentTotal): number {
  const more = wholeOf(b) - wholeOf(a);
  if (more !== 0n) return more > 0n ? 1 : -1;
  return a.symbol < b.symbol ? -1 : 1;
}

export function createTold(): Told {
  const totals = new Map<string, SentimentTotal>();

  function moveOne(now: SentimentTotal): SentimentUpdate | null {
    const before = totals.get(now.symbol);
    if (!before && totals.size >= MAX_SENTIMENT_ROWS) return null;
    const bullish = now.bullish - (before?.bullish ?? 0n);
    const bearish = now.bearish - (before?.bearish ?? 0n);
    const unknown = now.unknown - (before?.unknown ?? 0n);
    if (bullish === 0n && bearish === 0n && unknown === 0n) return null;
    totals.set(now.symbol, now);
    return {
      type: 'update',
      ticker: now.symbol,
      bullish_amount: toAmount(bullish),
      bearish_amount: toAmount(bearish),
      unknown_amount: toAmount(unknown),
      timestamp: isoOf(now.lastUpdated),
    };
  }

  return {
    rows: () => largest(totals.values()).map(toRow),
    move: (changed) => changed.map(moveOne).filter((update) => update !== null),
    begin(all) {
      totals.clear();
      for (const total of largest(all)) totals.set(total.symbol, total);
    },
    ranksAs: (all) => all.length <= totals.size || largest(all).every(({ symbol }) => totals.has(symbol)),
  };
}

const toRow = ({ symbol, bullish, bearish, unknown, lastUpdated }: SentimentTotal): SentimentRow => ({
  ticker: symbol,
  bullish_amount: toAmount(bullish),
  bearish_amount: toAmount(bearish),
  last_updated: isoOf(lastUpdated),
  unknown_amount: toAmount(unknown),
});
