import type { FeedSink } from '../../../domain/market/feed.ts';
import { REGULAR_SALE } from '../../../domain/market/trade-effects.ts';
import { expiryTime } from '../../../domain/options/expiry.ts';
import { newYorkDate } from '../../../protocol/new-york.ts';
import { type ContractDay, createContractDay, dayOf } from './contract-day.ts';
import type { SimulatedContract } from './contracts.ts';
import type { UnderlyingDays } from './underlying-day.ts';

/** The ticks of one contract, from its subscription to its expiry. */
export interface ContractStream {
  /** Delivers what has changed by `now`; false once the contract has expired. */
  advance(now: number): boolean;
}

export interface ContractStreamOptions {
  readonly contract: SimulatedContract;
  readonly seed: number;
  readonly days: UnderlyingDays;
  readonly sink: FeedSink;
}

/** Delivers the contract's day so far and a first quote at `now`. */
export function openContractStream(options: ContractStreamOptions, now: number): ContractStream {
  const { contract, seed, days, sink } = options;
  const { symbol, expiry, instrument } = contract;
  const closesAt = expiryTime(expiry);
  const contractDayOf = (at: number): ContractDay =>
    createContractDay(contract, seed, days(instrument, newYorkDate(at)));

  let today = contractDayOf(now);
  let traded = today.volumeAt(now);
  let sequence = now;
  let quoted = '';

  const deliver = (at: number): void => {
    const stamp = { symbol, sourceTime: at, receivedAt: at };
    const nbbo = today.quoteAt(at);
    const prices = `${nbbo.bid} ${nbbo.ask}`;
    if (prices !== quoted) sink.nbbo({ ...stamp, ...nbbo });
    quoted = prices;
    const volume = today.volumeAt(at);
    if (volume <= traded) return;
    sequence += 1;
    sink.trade({
      ...stamp,
      price: today.priceAt(at),
      size: volume - traded,
      exchange: 0,
      trf: 0,
      tradeId: '',
      sequence,
      effects: REGULAR_SALE,
    });
    traded = volume;
  };
  const deliverDay = (at: number): void => {
    const candles = today.candlesUntil(at);
    const day = dayOf(candles);
    sink.candles(symbol, candles);
    sink.day({
      symbol,
      sourceTime: at,
      receivedAt: at,
      previousClose: today.previousClose,
      open: day?.open,
      high: day?.high,
      low: day?.low,
      volume: traded,
      last: day?.last,
      bid: undefined,
      ask: undefined,
      openInterest: today.openInterest,
    });
  };

  deliverDay(now);
  sink.confirmed(symbol, true);
  deliver(now);

  return {
    advance(at) {
      if (at >= closesAt) return false;
      if (at >= today.underlying.day.end) {
        today = contractDayOf(at);
        traded = 0;
        deliverDay(at);
      }
      deliver(at);
      return true;
    },
  };
}
