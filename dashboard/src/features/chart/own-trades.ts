import { type Bar, lastUpTo } from '../../lib/bars.ts';
import type { TradeEntry } from '../../stores/trades.ts';

/** What one traded in a bar on one side. */
export interface OwnTrades {
  /** Of the bar, seconds since epoch. */
  readonly time: number;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  /** The average, dollars. */
  readonly price: number;
}

/** The fills of a symbol by bar and side, in the order of the bars; those of before the first bar are left out. */
export function ownTradesOn(
  bars: readonly Bar[],
  entries: readonly TradeEntry[],
  symbol: string,
): readonly OwnTrades[] {
  const sums = new Map<string, { time: number; side: 'buy' | 'sell'; quantity: number; paid: number }>();
  for (const entry of entries) {
    if (entry.event !== 'trade:executed' || entry.payload.symbol !== symbol) continue;
    const { side, quantity, price, timestamp } = entry.payload;
    // A fill outside of the shown session stands at the bar before it.
    const bar = bars[lastUpTo(bars, Math.floor(Date.parse(timestamp) / 1_000))];
    if (!bar) continue;
    const key = `${bar.time} ${side}`;
    const sum = sums.get(key) ?? { time: bar.time, side, quantity: 0, paid: 0 };
    sum.quantity += quantity;
    sum.paid += quantity * price;
    sums.set(key, sum);
  }
  return [...sums.values()]
    .map(({ paid, ...sum }) => ({ ...sum, price: paid / sum.quantity }))
    .sort((a, b) => a.time - b.time || a.side.localeCompare(b.side));
}
