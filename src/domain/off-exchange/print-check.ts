import type { TradeTick } from '../market/feed.ts';
import { type Amount, amountOf, notionalOf } from './amount.ts';
import { hasTimelyPrice, isOffExchange } from './print.ts';
import { createSeenPrints } from './seen-prints.ts';

/** Off-exchange trades since the process started, by what became of them. */
export interface PrintCounters {
  /** In the sums. */
  counted: number;
  /** Reported more than ten seconds after the trade: in the late sums. */
  late: number;
  /** Their conditions say that the price is none of their time. */
  excluded: number;
  /** Below the smallest notional that counts, or of no shares at all. */
  small: number;
  repeated: number;
  /** In the sums; they did not arrive and were fetched. */
  recovered: number;
  /** So far behind the others that nobody can tell whether they were counted: they are not. */
  forgotten: number;
  /** Of a day that is over. */
  earlier: number;
  /** Of more symbols than there are: upstream is broken. */
  strange: number;
}

export const noPrints = (): PrintCounters => ({
  counted: 0,
  late: 0,
  excluded: 0,
  small: 0,
  repeated: 0,
  recovered: 0,
  forgotten: 0,
  earlier: 0,
  strange: 0,
});

/** Which trades of the day count, each once. */
export interface PrintCheck {
  /** The notional of a print that counts; null for any other trade. */
  notionalOf(tick: TradeTick): Amount | null;
  /** The same of a print that was fetched: whoever fetched it knows that nobody forgot it. */
  recoveredOf(tick: TradeTick): Amount | null;
  /** Prints of this symbol up to this sequence number were counted. */
  seenUntil(symbol: string, sequence: number): void;
  /** A new day, or the same one anew. */
  clear(): void;
}

/** `minNotional` is dollars. */
export function createPrintCheck(minNotional: number, counters: PrintCounters): PrintCheck {
  const least = amountOf(minNotional);
  const seen = createSeenPrints();
  const qualifying = (tick: TradeTick): Amount | null => {
    if (!isOffExchange(tick)) return null;
    if (!hasTimelyPrice(tick)) {
      counters.excluded += 1;
      return null;
    }
    const notional = notionalOf(tick.price, tick.size, tick.decimalSize);
    if (notional > 0n && notional >= least) return notional;
    counters.small += 1;
    return null;
  };
  return {
    recoveredOf(tick) {
      const notional = qualifying(tick);
      if (notional === null) return null;
      if (seen.see(tick) === 'repeated') {
        counters.repeated += 1;
        return null;
      }
      return notional;
    },
    notionalOf(tick) {
      const notional = qualifying(tick);
      if (notional === null) return null;
      const sighting = seen.see(tick);
      if (sighting === 'new') return notional;
      counters[sighting] += 1;
      return null;
    },
    seenUntil: seen.seenUntil,
    clear: seen.clear,
  };
}
