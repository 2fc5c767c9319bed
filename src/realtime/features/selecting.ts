import type { ErrorCode } from '../../protocol/errors.ts';
import { readSymbol } from '../../protocol/symbol.ts';
import type { Rejected, Selection } from '../selection.ts';
import type { Watching } from './watching.ts';

/** A name that a client wrote is repeated in its refusal, but not at any length. */
const MAX_REPEATED_LENGTH = 64;

export interface SelectingParts {
  readonly watching: Watching;
  /** Why a symbol cannot be watched here; null where it can. */
  readonly refusalOf: (symbol: string) => ErrorCode | null;
  /** The code of what is over the limit. */
  readonly overLimit: ErrorCode;
  /** Called with what a peer begins to watch. */
  readonly onAdd?: (symbols: readonly string[]) => void;
  /** Those that do not exist, as far as can be said in a moment. The others are watched meanwhile. */
  readonly unlisted?: (symbols: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** Subscriptions by name to what peers watch of one source. */
export function createSelection({
  watching,
  refusalOf,
  overLimit,
  onAdd,
  unlisted,
}: SelectingParts): Selection {
  /** The symbol of each name, once; names that are none, or cannot be watched, with their codes. */
  function read(names: readonly string[], refusal: (symbol: string) => ErrorCode | null) {
    const symbols = new Set<string>();
    const rejected: Rejected[] = [];
    for (const name of new Set(names)) {
      const symbol = readSymbol(name);
      const code = symbol === null ? 'VALIDATION' : refusal(symbol);
      if (symbol !== null && code === null) symbols.add(symbol);
      else rejected.push({ symbol: name.slice(0, MAX_REPEATED_LENGTH), code: code ?? 'VALIDATION' });
    }
    return { symbols: [...symbols], rejected };
  }

  return {
    async add(peer, names) {
      const { symbols, rejected } = read(names, refusalOf);
      const fitting = watching.fitting(peer, symbols);
      const fits = new Set(fitting);
      for (const symbol of symbols) if (!fits.has(symbol)) rejected.push({ symbol, code: overLimit });
      if (!unlisted) return { accepted: fitting, rejected, after: watching.add(peer, fitting) };
      const { added, refused, after } = await watching.addChecked(peer, fitting, unlisted);
      onAdd?.(added);
      for (const symbol of refused) rejected.push({ symbol, code: 'UNKNOWN_SYMBOL' });
      return { accepted: added, rejected, after };
    },
    remove(peer, names) {
      const { symbols, rejected } = read(names, () => null);
      const accepted = watching.remove(peer, symbols);
      const removed = new Set(accepted);
      for (const symbol of symbols) if (!removed.has(symbol)) rejected.push({ symbol, code: 'NOT_FOUND' });
      return { accepted, rejected, after() {} };
    },
  };
}
