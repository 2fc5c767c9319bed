import { type Bar, lastUpTo } from '../../lib/bars.ts';
import { type BarSize, barSeconds } from '../../lib/timeframes.ts';
import type { TradeEntry } from '../../stores/trades.ts';

/** A long weekend lasts from the close before it to the open after it, which is less than four days. */
const LONGEST_CLOSURE_SECONDS = 4 * 24 * 60 * 60;

/** What one traded in a bar on one side. */
export interface OwnTrades {
  /** Of the bar, seconds since epoch. */
  readonly time: number;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  /** The average, dollars. */
  readonly price: number;
}

/**
 * The fills of a symbol by bar and side, in the order of the bars. Those of before the first bar are left out, and those
 * of long after a bar: the market of a recording has another time than the orders.
 */
export function ownTradesOn(
  bars: readonly Bar[],
  entries: readonly TradeEntry[],
  { symbol, size }: { readonly symbol: string; readonly size: BarSize },
): readonly OwnTrades[] {
  const sums = new Map<string, { time: number; side: 'buy' | 'sell'; quantity: number; paid: number }>();
  for (const entry of entries) {
    if (entry.event !== 'trade:executed' || entry.payload.symbol !== symbol) continue;
    const { side, quantity, price, timestamp } = entry.payload;
    // A fill outside of the shown session stands at the bar before it.
    const second = Math.floor(Date.parse(timestamp) / 1_000);
    const bar = bars[lastUpTo(bars, second)];
    if (!bar || second >= bar.time + barSeconds(size) + LONGEST_CLOSURE_SECONDS) continue;
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

/**
 * The second of the oldest of the known trades, before which others may lack a marker; null where the bars begin later.
 * Without any known trade it is the newest bar's.
 */
export function unmarkedBefore(bars: readonly Bar[], entries: readonly TradeEntry[]): number | null {
  const [first] = bars;
  const oldest = entries.at(-1);
  const second = oldest ? Math.floor(Date.parse(oldest.payload.timestamp) / 1_000) : bars.at(-1)?.time;
  return first !== undefined && second !== undefined && first.time < second ? second : null;
}
