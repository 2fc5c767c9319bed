import { aggregateBars, barStart } from '../../../domain/market/bars.ts';
import type { Candle } from '../../../domain/market/candle.ts';
import type { MarketHistory } from '../../../domain/market/history.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import { addDays, newYorkDate } from '../../../protocol/new-york.ts';
import type { SimulatedChainsOptions } from './chains.ts';
import { createContractDay } from './contract-day.ts';
import { contractOf, type SimulatedContract } from './contracts.ts';

/** Days with minutes, today included. */
const DAYS = 10;

/** The minutes of a contract's last ten days, and larger bars made of them. */
export function createSimulatedContractHistory({
  clock,
  seed,
  days,
  turns,
}: SimulatedChainsOptions): Pick<MarketHistory, 'bars'> {
  async function minutesBetween(
    contract: SimulatedContract,
    { first, last }: { readonly first: string; readonly last: string },
    signal: AbortSignal | undefined,
  ): Promise<Candle[]> {
    const minutes: Candle[] = [];
    for (let date = first; date <= last; date = addDays(date, 1)) {
      await turns.next(signal);
      const day = createContractDay(contract, seed, days(contract.instrument, date));
      minutes.push(...day.candlesUntil(clock.now()));
    }
    return minutes;
  }

  return {
    async bars({ symbol, from, to, limit, ...size }, signal) {
      const contract = contractOf(symbol, clock.now());
      if (!contract)
        throw new TradecastError('UNKNOWN_SYMBOL', `${symbol} is not a contract of this market.`);
      const today = newYorkDate(clock.now());
      const oldest = addDays(today, 1 - DAYS);
      // `from` may lie within a bar, which is whole.
      const begin = barStart(from, size, from);
      const [first, last] = [newYorkDate(begin), newYorkDate(to)];
      if (last < oldest)
        throw new TradecastError('NOT_IN_PLAN', `The simulated market has ${DAYS} days of a contract.`);
      const minutes = await minutesBetween(
        contract,
        { first: first > oldest ? first : oldest, last: last < today ? last : today },
        signal,
      );
      const inRange = minutes.filter(({ start }) => start >= begin && start <= to);
      const bars = aggregateBars(inRange, size, from);
      const page = bars.slice(-limit);
      return { delayed: false, stale: false, bars: page, truncated: page.length < bars.length };
    },
  };
}
