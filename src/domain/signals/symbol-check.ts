import type { Clock } from '../../lib/clock.ts';
import { within } from '../../lib/within.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { parseSymbol } from '../../protocol/symbol.ts';
import type { InstrumentDirectory } from '../instrument/directory.ts';
import type { ContractListing } from '../options/contract-listing.ts';
import { expiryTime } from '../options/expiry.ts';

/** A source waits no longer for the directory: webhooks give up after a few seconds, and a signal is worth more than the check. */
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
  async function isNoStock(symbol: string): Promise<boolean> {
    const known = instruments.knows(symbol);
    if (known !== undefined) return !known;
    let missing = false;
    const asked = instruments.get(symbol).then(
      (found) => {
        missing = found === null;
      },
      (error: unknown) => {
        // Not in the plan, or away: then nobody can say.
        if (!(error instanceof TradecastError)) throw error;
      },
    );
    await within(LOOK_UP_MS, asked, clock);
    return missing;
  }

  return async (symbol) => {
    const parsed = parseSymbol(symbol);
    if (parsed?.kind === 'option' && !(expiryTime(parsed.expiry) > marketTime()))
      return unknown(`${symbol} has expired.`);
    const isUnknown =
      parsed?.kind === 'option'
        ? (await contractListing.unlisted([symbol])).has(symbol)
        : await isNoStock(symbol);
    return isUnknown ? unknown(`${symbol} is not a known symbol.`) : undefined;
  };
}

const unknown = (why: string): TradecastError => new TradecastError('UNKNOWN_SYMBOL', `symbol: ${why}`);
