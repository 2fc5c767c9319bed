import type { Clock } from '../../lib/clock.ts';
import { within } from '../../lib/within.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { checkStock, type InstrumentDirectory, unknownStock } from '../instrument/directory.ts';
import { hasExpired, unknownContract } from '../options/contract-check.ts';
import type { ContractListing } from '../options/contract-listing.ts';
import { closeOf } from '../options/expiry.ts';

/** A source waits no longer for the look-up: webhooks give up after a few seconds, and a signal is worth more than the check. */
export const LOOK_UP_MS = 500;

/**
 * UNKNOWN_SYMBOL where it can be told that there is no such stock or contract, or that the contract has expired. What cannot
 * be told in a moment passes.
 */
export type SymbolCheck = (symbol: string) => Promise<TradecastError | undefined>;

export interface SymbolCheckParts {
  readonly instruments: Pick<InstrumentDirectory, 'get' | 'knows'>;
  readonly contractListing: ContractListing;
  /** Milliseconds since epoch: in a replay it is not our time. */
  readonly marketTime: () => number;
  readonly clock: Clock;
}

export function createSymbolCheck({
  instruments,
  contractListing,
  marketTime,
  clock,
}: SymbolCheckParts): SymbolCheck {
  async function checkContract(symbol: string): Promise<void> {
    if ((await contractListing.unlisted([symbol])).has(symbol)) throw unknownContract(symbol);
  }

  return async (symbol) => {
    const close = closeOf(symbol);
    if (close !== null && !(close > marketTime())) return hasExpired(symbol);
    const known = close === null ? instruments.knows(symbol) : undefined;
    if (known !== undefined) return known ? undefined : unknownStock(symbol);
    const asked = close === null ? checkStock(instruments, symbol) : checkContract(symbol);
    try {
      await within(LOOK_UP_MS, asked, clock);
      return undefined;
    } catch (error) {
      if (!(error instanceof TradecastError)) throw error;
      // Not in the plan, or away: then nobody can say.
      return error.code === 'UNKNOWN_SYMBOL' ? error : undefined;
    }
  };
}
