/** The risk checks, each a sentence for the user and the numbers it compared. A value that is not a number is refused. */
import { type Decimal, decimal } from '../../lib/decimal.ts';
import { type DecimalText, DOLLARS, numberFormat, showNumber } from '../../protocol/number-text.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import { notional } from '../instrument/notional.ts';
import { isOnTick } from '../instrument/price-increments.ts';
import { lastPrice } from './fit.ts';
import type { OrderIntent } from './order.ts';
import { dailyLoss } from './portfolio.ts';
import { boundPrice, isWithin, readPrice, toBookPrice } from './prices.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { RiskInput } from './risk-input.ts';
import type { RiskLimits } from './risk-limits.ts';
import { sharesOf } from './split-terms.ts';

export type Check<Input> = (input: Input, limits: RiskLimits) => Refusal | null;

/** An order with the prices it is judged at, dollars. */
export interface PricedOrder extends RiskInput {
  /** What the side would trade at now; the last price while nothing can be traded. */
  readonly reference: Decimal;
  readonly last: Decimal;
  /** No fill may be worse. */
  readonly bound: Decimal;
  /** What the order may cost, or bring. */
  readonly value: Decimal;
  /** Shares of the symbol in the account. */
  readonly held: number;
}

const currency = numberFormat({ ...DOLLARS, maximumFractionDigits: 4 });
const dollars = (amount: Decimal): string => showNumber(currency, amount.toFixed() as DecimalText);
const percent = (fraction: Decimal): string => `${fraction.times(100).toString()} %`;

const notHalted: Check<RiskInput> = ({ facts }) => {
  if (facts.halted === 'everyone') return refuse('TRADING_HALTED', 'Trading is halted for everyone.');
  if (facts.halted) return refuse('TRADING_HALTED', 'Trading is halted for this account.');
  return null;
};

const noContract: Check<RiskInput> = ({ order }) =>
  instrumentOf(order.symbol).kind === 'option'
    ? refuse('UNSUPPORTED_INSTRUMENT', 'The broker trades stocks only, no option contracts.')
    : null;

const wellFormed: Check<RiskInput> = ({ order }) => {
  const fault = findFault(order);
  return fault === null ? null : refuse('INVALID_ORDER', fault);
};

function findFault(order: OrderIntent): string | null {
  if (!(Number.isSafeInteger(order.quantity) && order.quantity > 0))
    return 'The quantity must be a whole number of shares.';
  if ((order.type === 'limit') !== (order.limitPrice !== null))
    return 'A limit order, and only a limit order, has a limit price.';
  if ((order.type === 'stop') !== (order.stopPrice !== null))
    return 'A stop order, and only a stop order, has a stop price.';
  const price = order.limitPrice ?? order.stopPrice;
  if (price && !isOnTick(instrumentOf(order.symbol).increments, price))
    return 'Prices from $1 have at most two decimals, prices below at most four.';
  return null;
}

const knownSymbol: Check<RiskInput> = ({ order: { symbol }, facts, known }) => {
  if (known) return null;
  const isHeld = facts.positions.some((position) => position.symbol === symbol && sharesOf(position).gt(0));
  return refuse(
    'UNKNOWN_SYMBOL',
    isHeld
      ? `${symbol} has no market here any more. The operator can close your position in it.`
      : `${symbol} is not a symbol that can be traded here.`,
  );
};

const marketOpen: Check<RiskInput> = ({ order, open }) =>
  open || (order.type !== 'market' && order.timeInForce !== 'day')
    ? null
    : refuse(
        'MARKET_CLOSED',
        'The market is closed: only limit and stop orders good till cancelled can be placed now.',
      );

/** In this order; none of them needs a price. */
export const CHECKS: readonly Check<RiskInput>[] = [
  notHalted,
  noContract,
  wellFormed,
  knownSymbol,
  marketOpen,
];

/** The order at the prices of its quote, or why there are none. */
export function priceOrder(input: RiskInput, limits: RiskLimits): PricedOrder | Refusal {
  const { order, facts, quote, open, fitness } = input;
  if (fitness.fault === 'halted')
    return refuse(
      'SYMBOL_HALTED',
      `Trading in ${order.symbol} is halted. Send the order again when it goes on.`,
    );
  const last = lastPrice(quote);
  if (!last) return refuse('NO_QUOTE', `There is no price for ${order.symbol} right now.`);
  // Out of hours the last price is as fresh as it can be, and the order waits for the next session anyway.
  const unfit = open ? findUnfit(input) : null;
  if (unfit) return unfit;
  const touch = fitness[order.side];
  const reference = (touch && toBookPrice(touch, order.side)) ?? last;
  const bound = boundPrice(order, { reference, last }, limits.marketCollar);
  const price = order.side === 'buy' ? bound : (order.limitPrice ?? order.stopPrice ?? reference);
  const held = facts.positions.find((position) => position.symbol === order.symbol)?.quantity ?? 0;
  return { ...input, reference, last, bound, value: notional(order.symbol, price, order.quantity), held };
}

/** Why the order cannot be placed on the quote there is. Limit and stop orders wait out a fault of both its sides. */
function findUnfit({ order: { symbol, side, type }, quote, fitness }: RiskInput): Refusal | null {
  const numbers = {
    ...{ state: String(quote?.state), receivedAt: String(quote?.receivedAt) },
    ...{ bid: String(quote?.bid), ask: String(quote?.ask), nbboReceivedAt: String(quote?.nbboReceivedAt) },
  };
  const { fault } = fitness;
  if (fault === 'stale')
    return refuse('STALE_QUOTE', `The price of ${symbol} is too old to trade on.`, numbers);
  const isOffered = readPrice(side === 'buy' ? quote?.ask : quote?.bid) !== null;
  if (fault && type !== 'market' && isOffered) return null;
  if (fault === 'crossed')
    return refuse(
      'NO_QUOTE',
      `The bid of ${symbol} is above its ask: that is no price to trade at.`,
      numbers,
    );
  if (fault === 'wide')
    return refuse('NO_QUOTE', `Bid and ask of ${symbol} are too far apart to trade at.`, numbers);
  if (fault === 'off-market' && isOffered)
    return refuse(
      'NO_QUOTE',
      `Bid and ask of ${symbol} are not near a trade of today: that is no price to trade at.`,
      numbers,
    );
  const touch = fitness[side];
  if (touch && toBookPrice(touch, side)) return null;
  return refuse(
    'NO_QUOTE',
    side === 'buy' ? `Nobody offers ${symbol} right now.` : `Nobody bids for ${symbol} right now.`,
    numbers,
  );
}

const noDuplicate: Check<PricedOrder> = ({ facts }, { duplicateWindowMs }) =>
  facts.duplicate && duplicateWindowMs !== 0
    ? refuse(
        'DUPLICATE_ORDER',
        `The same order was placed less than ${duplicateWindowMs / 1000} seconds ago.`,
      )
    : null;

const stopOnItsSide: Check<PricedOrder> = ({ order: { side, stopPrice }, last }) => {
  const buying = side === 'buy';
  if (!stopPrice || (buying ? stopPrice.gt(last) : stopPrice.lt(last))) return null;
  return refuse(
    'INVALID_ORDER',
    `A stop to ${side} must be ${buying ? 'above' : 'below'} the last price of ${dollars(last)}; use a market order instead.`,
    { stopPrice, last },
  );
};

/** Measured from the quote and from the last price, whichever refuses. */
const limitInCollar: Check<PricedOrder> = (
  { order: { side, limitPrice }, reference, last },
  { limitCollar },
) => {
  const buying = side === 'buy';
  for (const from of [reference, last]) {
    const furthest = from.times(buying ? limitCollar.plus(1) : decimal(1).minus(limitCollar));
    if (!limitPrice || isWithin(limitPrice, furthest, side)) continue;
    return refuse(
      'PRICE_COLLAR',
      `The limit is more than ${percent(limitCollar)} ${buying ? 'above' : 'below'} the market price of ${dollars(from)}.`,
      { limitPrice, reference, last, furthest },
    );
  }
  return null;
};

/** Of an order at the market: the quote may not be that far from the last price, neither against the trader nor for. */
const quoteInCollar: Check<PricedOrder> = ({ order, reference, last, bound }, { marketCollar }) => {
  if (order.type !== 'market') return null;
  const isAbove = reference.gt(last);
  if (reference.minus(last).abs().lte(last.times(marketCollar)) && isWithin(reference, bound, order.side))
    return null;
  return refuse(
    'PRICE_COLLAR',
    `The ${order.side === 'buy' ? 'ask' : 'bid'} of ${dollars(reference)} is more than ${percent(marketCollar)} ${isAbove ? 'above' : 'below'} the last price of ${dollars(last)}.`,
    { reference, last, bound },
  );
};

const orderInLimit: Check<PricedOrder> = ({ value }, { maxOrderValue: max }) =>
  value.lte(max)
    ? null
    : refuse(
        'MAX_ORDER_VALUE',
        `One order may be worth up to ${dollars(max)}; this one is ${dollars(value)}.`,
        { value, max },
      );

const enoughShares: Check<PricedOrder> = ({ order: { symbol, quantity }, facts, held }) => {
  const openSells = facts.open.sell;
  const free = held - openSells;
  if (quantity <= free) return null;
  return refuse(
    'INSUFFICIENT_POSITION',
    `Insufficient position: ${Math.max(free, 0)} ${symbol} can be sold.`,
    { held, openSells, quantity },
  );
};

const positionInLimit: Check<PricedOrder> = (
  { order, facts, held, reference },
  { maxPositionValue: max },
) => {
  const value = notional(order.symbol, reference, held + facts.open.buy + order.quantity);
  if (value.lte(max)) return null;
  return refuse(
    'MAX_POSITION',
    `One position may be worth up to ${dollars(max)}; this would make it ${dollars(value)}.`,
    { positionValue: value, max },
  );
};

const lossInLimit: Check<PricedOrder> = ({ facts, quoteOf, today }, { dailyLossLimit: limit }) => {
  const loss = dailyLoss(facts.positions, quoteOf, today);
  if (loss.lt(limit)) return null;
  return refuse(
    'DAILY_LOSS_LIMIT',
    `Today's loss of ${dollars(loss)} has reached the limit of ${dollars(limit)}: no purchases until tomorrow.`,
    { loss, limit },
  );
};

const enoughCash: Check<PricedOrder> = ({ facts: { account }, value }) => {
  const buyingPower = account.cash.minus(account.reserved);
  if (value.lte(buyingPower)) return null;
  return refuse(
    'INSUFFICIENT_FUNDS',
    `Insufficient funds: the order may cost ${dollars(value)}, buying power is ${dollars(buyingPower)}.`,
    { value, buyingPower },
  );
};

const when =
  (side: 'buy' | 'sell', check: Check<PricedOrder>): Check<PricedOrder> =>
  (priced, limits) =>
    priced.order.side === side ? check(priced, limits) : null;

/** In this order. Selling stays possible on a day of losses: it is how a loss is ended. */
export const CHECKS_AT_PRICE: readonly Check<PricedOrder>[] = [
  noDuplicate,
  stopOnItsSide,
  limitInCollar,
  quoteInCollar,
  orderInLimit,
  when('sell', enoughShares),
  when('buy', positionInLimit),
  when('buy', lossInLimit),
  when('buy', enoughCash),
];
