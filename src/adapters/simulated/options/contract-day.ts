import type { Candle } from '../../../domain/market/candle.ts';
import { type Market, priceOf } from '../../../domain/options/black-scholes.ts';
import { expiryTime, yearsUntil } from '../../../domain/options/expiry.ts';
import { addDays, type NewYorkDay } from '../../../protocol/new-york.ts';
import { toCents } from '../closes.ts';
import { createRandom } from '../random.ts';
import type { SimulatedContract } from './contracts.ts';
import { createInterest } from './interest.ts';
import type { UnderlyingDay, UnderlyingDays } from './underlying-day.ts';

const MINUTE_MS = 60_000;
/** Two trades a minute at most. */
const STEP_MS = 30_000;
/** A year, continuous; the simulated shares pay no dividend. */
const RATE = 0.04;
/** Half of the spread at the money, as a part of the middle. */
const HALF_SPREAD = 0.006;
/** What exercise would bring costs no spread: above this part of the spot it no longer grows with the middle. */
const MOST_AT_RISK = 0.02;
/** By how much it widens for each deviation of the strike. */
const WIDENING = 0.5;
const CENT = 0.01;

export interface SimulatedQuote {
  /** Undefined where nobody pays a cent. */
  readonly bid: number | undefined;
  readonly ask: number;
  readonly bidSize: number;
  readonly askSize: number;
}

/** A whole day of one contract, known in advance like that of its underlying. Times are milliseconds since epoch. */
export interface ContractDay {
  readonly underlying: UnderlyingDay;
  readonly openInterest: number;
  quoteAt(time: number): SimulatedQuote;
  /** At which it trades, dollars in whole cents. */
  priceAt(time: number): number;
  /** When it may trade, after `since` up to `now`: twice a minute, at other moments than other contracts. */
  momentsBetween(since: number, now: number): number[];
  /** Contracts traded since midnight. */
  volumeAt(time: number): number;
  /** The minutes with trades that are over at `now`. */
  candlesUntil(now: number): Candle[];
}

export function createContractDay(
  contract: SimulatedContract,
  seed: number,
  underlying: UnderlyingDay,
): ContractDay {
  const { right, strike, expiry } = contract;
  const { day, path, surface } = underlying;
  const interest = createInterest(contract, seed, day, path.previousClose);
  const phase = Math.floor(createRandom(`${seed}/${contract.symbol}/moment`).next() * STEP_MS);
  const lastTrade = expiryTime(expiry) - 1;

  /** The value, how much of it pays a spread, and how many deviations the strike is from the money. */
  function valueAt(time: number): { middle: number; atRisk: number; deviations: number } {
    const years = yearsUntil(expiry, time);
    const market: Market = { spot: path.priceAt(time), rate: RATE, dividendYield: 0 };
    const intrinsic = Math.max(0, right === 'call' ? market.spot - strike : strike - market.spot);
    if (years === null) return { middle: intrinsic, atRisk: 0, deviations: 0 };
    const forward = market.spot * Math.exp(RATE * years);
    const volatility = surface.volatilityAt(time, forward, strike, years);
    const middle = priceOf(market, { right, strike, years }, volatility);
    return {
      middle,
      atRisk: Math.min(middle, market.spot * MOST_AT_RISK),
      deviations: Math.abs(Math.log(strike / forward)) / (volatility * Math.sqrt(years)),
    };
  }
  const priceAt = (time: number): number => toCents(valueAt(time).middle);

  /** Contracts traded since midnight: those of the last moment at which it could trade. */
  function volumeAt(time: number): number {
    const passed = Math.min(time, lastTrade) - day.start - phase;
    return interest.volumeAt(day.start + phase + Math.floor(passed / STEP_MS) * STEP_MS);
  }

  /** The minutes with trades, of the same trades that the stream delivers. */
  function minutesUntil(end: number): Candle[] {
    const candles: Candle[] = [];
    let traded = 0;
    for (let start = day.start; start + MINUTE_MS <= end; start += MINUTE_MS) {
      const before = traded;
      const prices: number[] = [];
      for (const moment of [start + phase, start + phase + STEP_MS]) {
        const volume = volumeAt(moment);
        if (volume > traded) prices.push(priceAt(moment));
        traded = volume;
      }
      const [open, close = open] = prices;
      if (open === undefined || close === undefined) continue;
      const [high, low] = [Math.max(open, close), Math.min(open, close)];
      candles.push({ start, open, high, low, close, volume: traded - before });
    }
    return candles;
  }

  return {
    underlying,
    openInterest: interest.open,
    priceAt,
    quoteAt(time) {
      const { middle, atRisk, deviations } = valueAt(time);
      const half = Math.max(CENT / 2, atRisk * HALF_SPREAD * (1 + WIDENING * Math.min(deviations, 5)));
      const bid = Math.floor((middle - half) / CENT) * CENT;
      return {
        bid: bid >= CENT ? toCents(bid) : undefined,
        ask: toCents(Math.ceil((middle + half) / CENT) * CENT),
        ...interest.sizesAt(time),
      };
    },
    momentsBetween(since, now) {
      const moments: number[] = [];
      const passed = Math.floor((since - day.start - phase) / STEP_MS) + 1;
      for (let at = day.start + phase + passed * STEP_MS; at <= now; at += STEP_MS) moments.push(at);
      return moments;
    },
    volumeAt,
    candlesUntil: (now) => minutesUntil(Math.min(now, day.end)),
  };
}

/** Of the last trade of the whole day; undefined where it has none. */
function lastPriceOf({ underlying: { day }, momentsBetween, volumeAt, priceAt }: ContractDay) {
  const moments = momentsBetween(day.start - 1, day.end - 1);
  const total = volumeAt(day.end - 1);
  if (total === 0) return undefined;
  let [first, last] = [0, moments.length - 1];
  while (first < last) {
    const middle = Math.floor((first + last) / 2);
    if (volumeAt(moments[middle]!) < total) first = middle + 1;
    else last = middle;
  }
  return priceAt(moments[last]!);
}

/** The last trade of the day before, so that the days join; what the contract was worth then where it had none. */
export function previousCloseOf(
  contract: SimulatedContract,
  seed: number,
  days: UnderlyingDays,
  { date, start }: NewYorkDay,
): number {
  const dayOn = (one: string): ContractDay =>
    createContractDay(contract, seed, days(contract.instrument, one));
  return lastPriceOf(dayOn(addDays(date, -1))) ?? dayOn(date).priceAt(start);
}

/** What the minutes of a day come to; undefined without any. */
export function dayOf(candles: readonly Candle[]) {
  const [first] = candles;
  const last = candles.at(-1);
  if (!first || !last) return undefined;
  let { high, low } = first;
  for (const candle of candles) {
    high = Math.max(high, candle.high);
    low = Math.min(low, candle.low);
  }
  return { open: first.open, high, low, last: last.close };
}
