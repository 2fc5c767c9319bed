import type { Chain, ChainRequest, ContractSnapshot, OptionChains } from '../../../domain/options/chains.ts';
import { foundAmong } from '../../../domain/options/listing.ts';
import { createAnswerCache } from '../../../lib/answer-cache.ts';
import type { Clock } from '../../../lib/clock.ts';
import { newYorkDate } from '../../../protocol/new-york.ts';
import type { Turns } from '../turns.ts';
import type { SimulatedInstrument } from '../universe.ts';
import { createContractDay, dayOf, previousCloseOf } from './contract-day.ts';
import { contractOf, contractsOf, type SimulatedContract, underlyingOf } from './contracts.ts';
import { expiriesOf } from './expiries.ts';
import type { UnderlyingDay, UnderlyingDays } from './underlying-day.ts';

export interface SimulatedChainsOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly days: UnderlyingDays;
  /** Drawing waits for its turn, so that no number of requests holds up the process. */
  readonly turns: Turns;
}

/** A chain takes fifty milliseconds to draw: however many ask, once a second. */
const FRESH_MS = 1_000;
const MAX_DRAWN = 50;
/** Contracts drawn in one turn of the loop: some three milliseconds. */
const DRAWN_IN_A_TURN = 8;

/** Chains of every simulated stock. */
export function createSimulatedChains({ clock, seed, days, turns }: SimulatedChainsOptions): OptionChains {
  const todayOf = (instrument: SimulatedInstrument): UnderlyingDay =>
    days(instrument, newYorkDate(clock.now()));

  const drawn = createAnswerCache<Chain>({
    clock,
    freshMs: FRESH_MS,
    staleMs: 0,
    keepErrorMs: () => 0,
    mayServeStale: () => false,
    maxWeight: MAX_DRAWN,
  });

  async function drawChain({ underlying, expiry }: ChainRequest, signal: AbortSignal): Promise<Chain> {
    const now = clock.now();
    const instrument = underlyingOf(underlying);
    const isListed = expiriesOf(underlying, newYorkDate(now), now).includes(expiry);
    const made = { delayed: false, stale: false, partial: false };
    if (!instrument || !isListed) return { ...made, contracts: [], underlyingPrice: undefined };
    const today = todayOf(instrument);
    const contracts: ContractSnapshot[] = [];
    for (const [index, contract] of contractsOf(instrument, expiry, today.path.previousClose).entries()) {
      if (index % DRAWN_IN_A_TURN === 0) await turns.next(signal);
      contracts.push(snapshotOf(contract, { seed, days }, today, now));
    }
    return { ...made, contracts, underlyingPrice: today.path.priceAt(now) };
  }

  return {
    async expirations(underlying) {
      const instrument = underlyingOf(underlying);
      if (!instrument) return [];
      const now = clock.now();
      const { path } = todayOf(instrument);
      return expiriesOf(underlying, newYorkDate(now), now).map((expiry) => ({
        expiry,
        contracts: contractsOf(instrument, expiry, path.previousClose).length,
      }));
    },
    async chain(request, signal) {
      const key = `${request.underlying}/${request.expiry}`;
      const { value } = await drawn.get(key, (_, left) => drawChain(request, left), signal);
      return value;
    },
    async contract(symbol) {
      return contractOf(symbol, clock.now());
    },
    async lookUp(contracts) {
      const now = clock.now();
      return foundAmong(contracts, (symbol) => contractOf(symbol, now));
    },
  };
}

function snapshotOf(
  contract: SimulatedContract,
  { seed, days }: Pick<SimulatedChainsOptions, 'seed' | 'days'>,
  underlying: UnderlyingDay,
  now: number,
): ContractSnapshot {
  const { instrument: _, ...terms } = contract;
  const today = createContractDay(contract, seed, underlying);
  const day = dayOf(today.candlesUntil(now));
  const { bid, ask } = today.quoteAt(now);
  return {
    ...terms,
    price: day?.last,
    bid,
    ask,
    open: day?.open,
    high: day?.high,
    low: day?.low,
    day: underlying.day.date,
    previousClose: previousCloseOf(contract, seed, days, underlying.day),
    volume: today.volumeAt(now),
    openInterest: today.openInterest,
    greeks: undefined,
    updatedAt: now,
  };
}
