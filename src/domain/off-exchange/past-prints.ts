import type { TradeTick } from '../market/feed.ts';

/** Off-exchange trades by request, for those that did not arrive. */
export interface PastPrints {
  /**
   * Those of the symbol with `from <= sourceTime < to`, milliseconds since epoch, cancelled ones left out. Null where they
   * are too many to be read. Throws TradecastError: NOT_IN_PLAN, UNKNOWN_SYMBOL, and UNAVAILABLE while upstream cannot say.
   */
  read(symbol: string, from: number, to: number, signal: AbortSignal): Promise<readonly TradeTick[] | null>;
}
