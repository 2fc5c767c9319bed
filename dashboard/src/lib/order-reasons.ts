import type { TradingCode } from '../../../src/protocol/errors.ts';

/** Why an order ended without a fill, and what can be done about it. */
export const REASONS: Readonly<Record<TradingCode, string>> = {
  INSUFFICIENT_FUNDS: 'There is not enough buying power. Lower the quantity or cancel an open buy order.',
  INSUFFICIENT_POSITION: 'You do not hold enough shares. Open sell orders may reserve some of them.',
  UNKNOWN_SYMBOL:
    'This symbol has no market here. Check its spelling. The operator can close a position in it.',
  MARKET_CLOSED: 'The market is closed. Send the order again when it opens.',
  STALE_QUOTE: 'The last quote is too old to trade on. Wait for a fresh one.',
  NO_QUOTE: 'There is no quote for this symbol yet. Try again in a moment.',
  INVALID_ORDER: 'The order is not valid. Check its type, quantity and price.',
  MAX_ORDER_VALUE: 'The order exceeds the value limit of one order. Lower the quantity.',
  MAX_POSITION: 'The position would exceed its limit. Lower the quantity.',
  PRICE_COLLAR: 'The price is too far from the market. Choose a closer one.',
  DUPLICATE_ORDER: 'The same order was sent a moment ago. Check your open orders.',
  DAILY_LOSS_LIMIT: 'The daily loss limit is reached. You can trade again tomorrow.',
  TRADING_HALTED: 'Trading is halted. Try again later.',
  SYMBOL_HALTED: 'Trading in this symbol is halted by its exchange. Send the order again when it goes on.',
  BROKER_REJECTED: 'The broker rejected the order.',
  BROKER_UNAVAILABLE: 'The broker does not answer. Try again later.',
  CANCELLED_BY_USER: 'You cancelled the order.',
  CANCELLED_BY_SPLIT:
    'The share was split, and the order would have been for a part of a share. Place a new one.',
  UNSUPPORTED_INSTRUMENT: 'The broker trades stocks only, no option contracts. Choose a stock.',
  EXPIRED: 'The order expired before it was filled.',
};
