import type { FeedSink } from '../../../domain/market/feed.ts';
import { REGULAR_SALE } from '../../../domain/market/trade-effects.ts';
import { expiryTime } from '../../../domain/options/expiry.ts';
import { newYorkDate } from '../../../protocol/new-york.ts';
import { minuteOf } from '../tape.ts';
import { type ContractDay, createContractDay, dayOf, previousCloseOf } from './contract-day.ts';
import type { SimulatedContract } from './contracts.ts';
import type { UnderlyingDays } from './underlying-day.ts';

const MINUTE_MS = 60_000;

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
  /** Up to when the trades of this minute have been delivered before. */
  readonly knownUntil: number;
}

/** Delivers the contract's day so far and a first quote at `now`. */
export function openContractStream(options: ContractStreamOptions, now: number): ContractStream {
  const { contract, seed, days, sink } = options;
  const { symbol, expiry, instrument } = contract;
  const closesAt = expiryTime(expiry);
  const contractDayOf = (at: number): ContractDay =>
    createContractDay(contract, seed, days(instrument, newYorkDate(at)));

  let today = contractDayOf(now);
  /** Trades up to here are delivered. */
  let known = options.knownUntil;
  let sequence = now;
  let quoted = '';

  const deliver = (at: number): void => {
    const stamp = { symbol, sourceTime: at, receivedAt: at };
    const nbbo = today.quoteAt(at);
    const prices = `${nbbo.bid} ${nbbo.ask}`;
    if (prices !== quoted) sink.nbbo({ ...stamp, ...nbbo });
    quoted = prices;
    for (const moment of today.momentsBetween(known, at)) trade(moment, at);
    known = at;
  };
  const trade = (at: number, receivedAt: number): void => {
    const size = today.volumeAt(at) - today.volumeAt(at - 1);
    if (size <= 0) return;
    sequence += 1;
    sink.trade({
      symbol,
      sourceTime: at,
      receivedAt,
      price: today.priceAt(at),
      size,
      decimalSize: '',
      participantTime: at,
      exchange: 0,
      trf: 0,
      tradeId: '',
      sequence,
      effects: REGULAR_SALE,
    });
  };
  const deliverDay = (at: number): void => {
    const candles = today.candlesUntil(at);
    const day = dayOf(candles);
    sink.candles(symbol, candles);
    sink.day({
      symbol,
      sourceTime: at,
      receivedAt: at,
      previousClose: previousCloseOf(contract, seed, days, today.underlying.day),
      open: day?.open,
      high: day?.high,
      low: day?.low,
      volume: today.volumeAt(known),
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
      const isNewDay = at >= today.underlying.day.end;
      // After a stall the minutes that are over come as such; a clock set back begins its minute again.
      if (isNewDay || at < known || at - known > MINUTE_MS) {
        if (isNewDay) today = contractDayOf(at);
        known = minuteOf(at) - 1;
        deliverDay(at);
      }
      deliver(at);
      return true;
    },
  };
}
