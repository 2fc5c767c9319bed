import { type Decimal, decimal } from '../../lib/decimal.ts';
import type { TradingCode } from '../../protocol/errors.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import { notional } from '../instrument/notional.ts';
import { isOnTick } from '../instrument/price-increments.ts';
import type { Quote } from '../market/quote.ts';
import type { OrderIntent } from './order.ts';
import type { PlaceFacts } from './placement.ts';
import { dailyLoss } from './portfolio.ts';
import { boundPrice, isWithin, readPrice, referencePrice } from './prices.ts';
import type { RiskLimits } from './risk-limits.ts';

export interface RiskInput {
  readonly order: OrderIntent;
  readonly facts: PlaceFacts;
  /** Whether the symbol can be traded here. */
  readonly known: boolean;
  readonly open: boolean;
  readonly quote: Quote | undefined;
  /** Whether that quote may be traded on. */
  readonly fresh: boolean;
  /** Quotes of the other positions, for the day's loss. */
  readonly quoteOf: (symbol: string) => Quote | undefined;
  /** False for a symbol that this market does not have, and so never will have a quote for. */
  readonly mayExist: (symbol: string) => boolean;
  /** Of the exchange, `2026-01-05`. */
  readonly today: string;
}

export interface Refusal {
  readonly code: TradingCode;
  /** For the user. */
  readonly message: string;
  /** What was compared, for the log. */
  readonly numbers: Readonly<Record<string, string>>;
}

export type Verdict =
  | { readonly approved: true; readonly boundPrice: Decimal; readonly reserve: Decimal }
  | ({ readonly approved: false } & Refusal);

const ZERO = decimal(0);

const currency = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 4,
});
/** Intl takes the text itself, so no digit is lost on the way. */
export const dollars = (amount: Decimal): string => currency.format(amount.toString() as `${number}`);
const percent = (fraction: Decimal): string => `${fraction.times(100).toString()} %`;

/**
 * Judges one order. The first check that fails names the reason; whatever cannot be compared (no number, no
 * quote, no account) refuses.
 */
export function assess(input: RiskInput, limits: RiskLimits): Verdict {
  const { order, facts, quote } = input;
  const refuse = (
    code: TradingCode,
    message: string,
    numbers: Record<string, string | number | Decimal> = {},
  ): Verdict => ({
    approved: false,
    code,
    message,
    numbers: Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
  });
  const buying = order.side === 'buy';
  const held = facts.positions.find((position) => position.symbol === order.symbol)?.quantity ?? 0;

  if (facts.halted === 'everyone') return refuse('TRADING_HALTED', 'Trading is halted for everyone.');
  if (facts.halted) return refuse('TRADING_HALTED', 'Trading is halted for this account.');

  if (instrumentOf(order.symbol).kind === 'option')
    return refuse(
      'UNSUPPORTED_INSTRUMENT',
      `${order.symbol} is an option contract: orders in contracts are not possible yet.`,
    );
  const problem = findFault(order);
  if (problem) return refuse('INVALID_ORDER', problem);
  if (!input.known)
    return refuse('UNKNOWN_SYMBOL', `${order.symbol} is not a symbol that can be traded here.`);
  if (!input.open && (order.type === 'market' || order.timeInForce === 'day'))
    return refuse(
      'MARKET_CLOSED',
      'The market is closed: only limit and stop orders good till cancelled can be placed now.',
    );

  const reference = quote && referencePrice(quote, order.side);
  const last = readPrice(quote?.price);
  if (!quote || !reference || !last)
    return refuse('NO_QUOTE', `There is no price for ${order.symbol} right now.`);
  // Out of hours the last quote is as fresh as it can be, and the order waits for the next session anyway.
  if (input.open && !input.fresh)
    return refuse('STALE_QUOTE', `The price of ${order.symbol} is too old to trade on.`, {
      state: quote.state,
      receivedAt: quote.receivedAt,
    });
  if (facts.duplicate && limits.duplicateWindowMs !== 0)
    return refuse(
      'DUPLICATE_ORDER',
      `The same order was placed less than ${limits.duplicateWindowMs / 1000} seconds ago.`,
    );

  if (order.stopPrice && !(buying ? order.stopPrice.gt(last) : order.stopPrice.lt(last)))
    return refuse(
      'INVALID_ORDER',
      `A stop to ${order.side} must be ${buying ? 'above' : 'below'} the last price of ${dollars(last)}; use a market order instead.`,
      { stopPrice: order.stopPrice, last },
    );
  const furthest = reference.times(
    buying ? limits.limitCollar.plus(1) : decimal(1).minus(limits.limitCollar),
  );
  if (order.limitPrice && !isWithin(order.limitPrice, furthest, order.side))
    return refuse(
      'PRICE_COLLAR',
      `The limit is more than ${percent(limits.limitCollar)} ${buying ? 'above' : 'below'} the market price of ${dollars(reference)}.`,
      { limitPrice: order.limitPrice, reference, furthest },
    );

  const bound = boundPrice(order, reference, limits.marketCollar);
  const price = buying ? bound : (order.limitPrice ?? order.stopPrice ?? reference);
  const value = notional(order.symbol, price, order.quantity);
  if (!value.lte(limits.maxOrderValue))
    return refuse(
      'MAX_ORDER_VALUE',
      `One order may be worth up to ${dollars(limits.maxOrderValue)}; this one is ${dollars(value)}.`,
      {
        value,
        max: limits.maxOrderValue,
      },
    );
  if (!buying) {
    const free = held - facts.open.sell;
    if (!(order.quantity <= free))
      return refuse(
        'INSUFFICIENT_POSITION',
        `Insufficient position: ${Math.max(free, 0)} ${order.symbol} can be sold.`,
        {
          held,
          openSells: facts.open.sell,
          quantity: order.quantity,
        },
      );
    return { approved: true, boundPrice: bound, reserve: ZERO };
  }

  const positionValue = notional(order.symbol, reference, held + facts.open.buy + order.quantity);
  if (!positionValue.lte(limits.maxPositionValue))
    return refuse(
      'MAX_POSITION',
      `One position may be worth up to ${dollars(limits.maxPositionValue)}; this would make it ${dollars(positionValue)}.`,
      {
        positionValue,
        max: limits.maxPositionValue,
      },
    );
  // Selling stays possible: it is how a loss is ended.
  const day = dailyLoss(facts.positions, input.quoteOf, input.today, input.mayExist);
  if ('unpriced' in day)
    return refuse(
      'NO_QUOTE',
      `There is no price right now for ${day.unpriced}, which this account holds: no purchases while today's loss cannot be told.`,
      { unpriced: day.unpriced },
    );
  if (!day.loss.lt(limits.dailyLossLimit))
    return refuse(
      'DAILY_LOSS_LIMIT',
      `Today's loss of ${dollars(day.loss)} has reached the limit of ${dollars(limits.dailyLossLimit)}: no purchases until tomorrow.`,
      {
        loss: day.loss,
        limit: limits.dailyLossLimit,
      },
    );
  const buyingPower = facts.account.cash.minus(facts.account.reserved);
  if (!value.lte(buyingPower))
    return refuse(
      'INSUFFICIENT_FUNDS',
      `Insufficient funds: the order may cost ${dollars(value)}, buying power is ${dollars(buyingPower)}.`,
      {
        value,
        buyingPower,
      },
    );
  return { approved: true, boundPrice: bound, reserve: value };
}

function findFault(order: OrderIntent): string | null {
  if (!(Number.isSafeInteger(order.quantity) && order.quantity > 0))
    return 'The quantity must be a whole number of shares.';
  if ((order.type === 'limit') !== (order.limitPrice !== null))
    return 'A limit order, and only that, has a limit price.';
  if ((order.type === 'stop') !== (order.stopPrice !== null))
    return 'A stop order, and only that, has a stop price.';
  const price = order.limitPrice ?? order.stopPrice;
  if (price && !isOnTick(instrumentOf(order.symbol).increments, price))
    return 'Prices from $1 have at most two decimals, prices below at most four.';
  return null;
}
