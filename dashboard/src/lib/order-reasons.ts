import type { TradingCode } from '../../../src/protocol/errors.ts';

/** What each refusal means and what can be done about it. */
export const REASONS: Readonly<Record<TradingCode, string>> = {
  INSUFFICIENT_FUNDS: 'There is not enough buying power. Lower the quantity or cancel an open buy order.',
  INSUFFICIENT_POSITION: 'You do not hold that many shares, or open sell orders already count on them.',
  UNKNOWN_SYMBOL: 'This symbol is not known here.',
  UNSUPPORTED_INSTRUMENT: 'Orders in option contracts are not possible yet.',
  MARKET_CLOSED: 'The market is closed. Send the order again when it opens.',
  STALE_QUOTE: 'The last quote is too old to trade on. Wait for a fresh one.',
  NO_QUOTE: 'There is no quote for this symbol yet.',
  INVALID_ORDER: 'The order is not valid as it is.',
  MAX_ORDER_VALUE: 'The order is larger than one order may be.',
  MAX_POSITION: 'The position would become larger than allowed.',
  PRICE_COLLAR: 'The price is too far from the market.',
  DUPLICATE_ORDER: 'The same order was sent a moment ago.',
  DAILY_LOSS_LIMIT: 'The loss limit of the day is reached. Trading goes on tomorrow.',
  TRADING_HALTED: 'Trading is halted.',
  BROKER_REJECTED: 'The broker refused the order.',
  BROKER_UNAVAILABLE: 'The broker does not answer. Try again later.',
  CANCELLED_BY_USER: 'You cancelled it.',
  EXPIRED: 'It was not filled in time.',
};
