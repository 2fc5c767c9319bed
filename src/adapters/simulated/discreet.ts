import type { DiscreetQuestions, LastQuote } from '../../domain/market/discreet.ts';
import type { Clock } from '../../lib/clock.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { newYorkDate } from '../../protocol/new-york.ts';
import { isContract } from '../../protocol/symbol.ts';
import { createContractDay } from './options/contract-day.ts';
import { contractOf } from './options/contracts.ts';
import { createUnderlyingDays } from './options/underlying-day.ts';
import type { SplitScript } from './splits.ts';
import { createSymbolMarket } from './symbol-market.ts';
import type { Turns } from './turns.ts';
import { UNIVERSE } from './universe.ts';

export interface SimulatedDiscreetOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly turns: Turns;
  readonly splits?: SplitScript | undefined;
}

const instruments = new Map(UNIVERSE.map((instrument) => [instrument.symbol, instrument]));

/** Quotes of the simulated market as they are now, drawn for who asks. */
export function createSimulatedDiscreet(options: SimulatedDiscreetOptions): DiscreetQuestions {
  const { clock, seed, turns, splits } = options;
  /** Its own: which days are drawn already shows in how long an answer takes. */
  const days = createUnderlyingDays(seed, splits);

  function quoteOf(
    symbol: string,
    now: number,
  ): Omit<LastQuote, 'bid' | 'time'> & { bid: number | undefined } {
    const contract = isContract(symbol) ? contractOf(symbol, now) : null;
    if (contract)
      return createContractDay(contract, seed, days(contract.instrument, newYorkDate(now))).quoteAt(now);
    const instrument = instruments.get(symbol);
    if (!instrument) throw new TradecastError('UNKNOWN_SYMBOL', `${symbol} is not in the simulated market.`);
    return createSymbolMarket(instrument, seed, now, splits).updateAt(now);
  }

  return {
    exists: async (symbol) =>
      isContract(symbol) ? contractOf(symbol, clock.now()) !== null : instruments.has(symbol),
    async lastQuote(symbol) {
      await turns.next();
      const now = clock.now();
      const { bid, ask } = quoteOf(symbol, now);
      return bid === undefined ? undefined : { bid, ask, time: now };
    },
  };
}
