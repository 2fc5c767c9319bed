import type { OrderPayload, Side } from '../../../../src/protocol/orders.ts';
import type { AdjustmentReason, PositionAdjustedPayload } from '../../../../src/protocol/portfolio.ts';
import { multiplierOf } from '../../../../src/protocol/symbol.ts';
import type { TradeSource } from '../../../../src/protocol/trades.ts';
import { averagePrice, money, quantity, signedMoney } from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import { plural } from '../../lib/plural.ts';
import { asWords, entryFor, textFor } from '../../lib/words.ts';
import type { Notice } from '../../stores/notices.ts';
import type { TradeEntry } from '../../stores/trades.ts';

export const SOURCES: Record<TradeSource, string> = {
  dashboard: 'Dashboard',
  api: 'API',
  hook: 'Bot',
  external: 'Other system',
  demo: 'Demo',
};

const DONE: Record<Side, string> = { buy: 'Bought', sell: 'Sold' };
const NOT_DONE: Record<Side, string> = { buy: 'Not bought', sell: 'Not sold' };
/** A newer server may have other sides. */
const failedTitle = (side: string): string => entryFor(NOT_DONE, side) ?? `Failed: ${asWords(side)}`;

export interface Described {
  readonly title: string;
  readonly detail: string;
}

/** What the trade cost or brought; null where the symbol does not say how many shares a contract has. */
function amount(symbol: string, shares: number, each: number): string | null {
  const multiplier = multiplierOf(symbol);
  return multiplier === null ? null : money(shares * each * multiplier);
}

const joined = (...parts: readonly (string | null)[]): string => parts.filter(Boolean).join(', ');

const ADJUSTMENTS: Record<AdjustmentReason, string> = {
  split: 'Split',
  dividend: 'Dividend',
  fee: 'Fee',
  transfer: 'Transfer',
  correction: 'Correction',
  operator: 'Closed by the operator',
};

function describeAdjustment(payload: PositionAdjustedPayload): Described {
  const { symbol, reason, quantityBefore, quantityAfter, cash } = payload;
  const shares =
    quantityBefore === quantityAfter
      ? instrumentWords(symbol)
      : quantityAfter === 0
        ? `${quantity(quantityBefore)} ${instrumentWords(symbol)}`
        : `${quantity(quantityBefore)} ${instrumentWords(symbol)} are now ${quantity(quantityAfter)}`;
  return {
    title: `${textFor(ADJUSTMENTS, reason)}: ${shares}`,
    detail: cash === 0 ? 'No cash was paid.' : `${signedMoney(cash)} cash`,
  };
}

/** One trade in words: the same ones in a toast and in the list. */
export function describeTrade(entry: TradeEntry): Described {
  if (entry.event === 'position:adjusted') return describeAdjustment(entry.payload);
  if (entry.event === 'trade:failed') {
    const { signal, error } = entry.payload;
    return {
      title: `${failedTitle(signal.side)}: ${quantity(signal.quantity)} ${instrumentWords(signal.symbol)}`,
      detail: error,
    };
  }
  const { side, quantity: shares, symbol, price: each, status } = entry.payload;
  const part = status === 'partially_filled' ? 'partially filled' : null;
  return {
    title: `${textFor(DONE, side)} ${quantity(shares)} ${instrumentWords(symbol)} at ${averagePrice(each, symbol)}`,
    detail: joined(amount(symbol, shares, each), part),
  };
}

/** A fill as the latest word on its order: all that is filled of it, at its average price. */
export function describeFill(
  entry: Extract<TradeEntry, { event: 'trade:executed' }>,
  order: OrderPayload | undefined,
): Described {
  const { side, quantity: shares, symbol } = entry.payload;
  const average = order?.averageFillPrice;
  if (!order || average === undefined || !(order.filledQuantity > shares || order.quantity > shares))
    return describeTrade(entry);
  const filled = Math.max(shares, order.filledQuantity);
  const of =
    filled < order.quantity ? `${quantity(filled)} of ${quantity(order.quantity)}` : quantity(filled);
  return {
    title: `${textFor(DONE, side)} ${of} ${instrumentWords(symbol)} at ${averagePrice(average, symbol)}`,
    detail: joined(amount(symbol, filled, average)),
  };
}

export function describeSummary({
  executed,
  failed,
  adjusted,
  missed,
}: Extract<Notice, { kind: 'summary' }>): Described {
  const counts = { executed, failed, adjusted };
  const parts = Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  const total = plural(executed + failed + adjusted, 'trade event');
  return {
    title: missed ? `${total} while you were disconnected` : `${total} just now`,
    detail: `${parts.join(', ')}. See Activity.`,
  };
}
