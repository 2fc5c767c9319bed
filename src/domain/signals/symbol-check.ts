import { createAnswerCache } from '../../lib/answer-cache.ts';
import type { Clock } from '../../lib/clock.ts';
import { within } from '../../lib/within.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { SignalBody } from '../../protocol/signals.ts';
import { isContract } from '../../protocol/symbol.ts';
import { checkStock, type InstrumentDirectory, unknownStock } from '../instrument/directory.ts';
import type { DiscreetQuestions } from '../market/discreet.ts';
import { hasExpired, unknownContract } from '../options/contract-check.ts';
import type { ContractListing } from '../options/contract-listing.ts';
import { closeOf } from '../options/expiry.ts';

/** A source waits no longer for the look-up: webhooks give up after a few seconds, and a signal is worth more than the check. */
export const LOOK_UP_MS = 500;

/** Listings change from day to day. */
const DISCREET_MS = 3_600_000;
/** More symbols than premium signals name in that time. */
const MAX_DISCREET = 10_000;

/**
 * UNKNOWN_SYMBOL where it can be told that there is no such stock or contract, or that the contract has expired. What cannot
 * be told in a moment passes. The look-up of a free signal's symbol serves everybody; that of a premium one leaves no trace.
 */
export type SymbolCheck = (
  signal: Pick<SignalBody, 'symbol' | 'premium'>,
) => Promise<TradecastError | undefined>;

export interface SymbolCheckParts {
  readonly instruments: Pick<InstrumentDirectory, 'get' | 'knows'>;
  readonly contractListing: ContractListing;
  readonly questions: Pick<DiscreetQuestions, 'exists'>;
  /** Milliseconds since epoch: in a replay it is not our time. */
  readonly marketTime: () => number;
  readonly clock: Clock;
}

export function createSymbolCheck({
  instruments,
  contractListing,
  questions,
  marketTime,
  clock,
}: SymbolCheckParts): SymbolCheck {
  const answers = createAnswerCache<boolean>({
    ...{ clock, freshMs: DISCREET_MS, staleMs: 0, maxWeight: MAX_DISCREET },
    keepErrorMs: () => 0,
    mayServeStale: () => false,
  });

  async function checkDiscreetly(symbol: string): Promise<void> {
    const { value: exists } = await answers.get(symbol, () => questions.exists(symbol));
    if (!exists) throw isContract(symbol) ? unknownContract(symbol) : unknownStock(symbol);
  }

  async function checkContract(symbol: string): Promise<void> {
    if ((await contractListing.unlisted([symbol])).has(symbol)) throw unknownContract(symbol);
  }

  function look(symbol: string): Promise<void> {
    return isContract(symbol) ? checkContract(symbol) : checkStock(instruments, symbol);
  }

  return async ({ symbol, premium }) => {
    const close = closeOf(symbol);
    if (close !== null && !(close > marketTime())) return hasExpired(symbol);
    const known = close === null ? instruments.knows(symbol) : undefined;
    if (known !== undefined) return known ? undefined : unknownStock(symbol);
    try {
      await within(LOOK_UP_MS, (premium ? checkDiscreetly : look)(symbol), clock);
      return undefined;
    } catch (error) {
      if (!(error instanceof TradecastError)) throw error;
      // Not in the plan, or away: then nobody can say.
      return error.code === 'UNKNOWN_SYMBOL' ? error : undefined;
    }
  };
}
