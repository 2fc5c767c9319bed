import { beginningOf } from '../../protocol/display-text.ts';
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
  /** Those that do not exist, as far as can be said in a moment. */
  readonly unlisted?: (symbols: readonly string[]) => Promise<ReadonlySet<string>>;
}

const NONE: ReadonlySet<string> = new Set();

/** Subscriptions by name to what peers watch of one source. */
export function createSelection({
  watching,
  refusalOf,
  overLimit,
  onAdd,
  unlisted = async () => NONE,
}: SelectingParts): Selection {
  /** The names by their symbols, each once; names that are none, or cannot be watched, with their codes. */
  function read(names: readonly string[], refusal: (symbol: string) => ErrorCode | null) {
    const bySymbol = new Map<string, string>();
    const rejected: Rejected[] = [];
    for (const name of new Set(names)) {
      const symbol = readSymbol(name);
      const code = symbol === null ? 'VALIDATION' : refusal(symbol);
      if (symbol === null || code !== null) rejected.push(toRejected(name, code ?? 'VALIDATION'));
      else if (!bySymbol.has(symbol)) bySymbol.set(symbol, name);
    }
    /** Under the names that the client wrote. */
    const reject = (symbols: Iterable<string>, code: ErrorCode): void => {
      for (const symbol of symbols) rejected.push(toRejected(bySymbol.get(symbol) ?? symbol, code));
    };
    return { symbols: [...bySymbol.keys()], rejected, reject };
  }

  return {
    async add(peer, names) {
      const { symbols, rejected, reject } = read(names, refusalOf);
      const { added, refused, over, after } = await watching.addFitting(peer, symbols, unlisted);
      onAdd?.(added);
      reject(refused, 'UNKNOWN_SYMBOL');
      reject(over, overLimit);
      return { accepted: added, rejected, after };
    },
    remove(peer, names) {
      const { symbols, rejected, reject } = read(names, () => null);
      const accepted = watching.remove(peer, symbols);
      const removed = new Set(accepted);
      reject(
        symbols.filter((symbol) => !removed.has(symbol)),
        'NOT_FOUND',
      );
      return { accepted, rejected, after() {} };
    },
  };
}

const toRejected = (name: string, code: ErrorCode): Rejected => ({
  symbol: beginningOf(name, MAX_REPEATED_LENGTH),
  code,
});
