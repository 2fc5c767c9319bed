import type { Clock } from '../../lib/clock.ts';
import { within } from '../../lib/within.ts';
import { isUnavailable } from '../../protocol/errors.ts';
import { readContract, readSymbol, symbolForms } from '../../protocol/symbol.ts';
import type { InstrumentDirectory } from '../instrument/directory.ts';

/** A reporter waits no longer for all look-ups of a report together. */
const LOOK_UP_MS = 500;
/** Names of one report that are looked up: a portfolio has a few share classes and warrants, and upstream counts requests. */
const MAX_LOOKED_UP = 20;

/** The symbol that a name of a report means; a name without one stays a text, and is shown as one. */
export type SymbolOf = (name: string) => string;

/**
 * Looks the names of a report up, in whatever spelling (`BRK-B`), so that equal reports are read alike, whatever this
 * process was asked before. What the directory cannot say in a moment stays a text.
 */
export type ReadNames = (names: Iterable<string>) => Promise<SymbolOf>;

export interface ReportedNamesParts {
  readonly instruments: Pick<InstrumentDirectory, 'get'>;
  readonly clock: Clock;
}

const writtenSymbol = (name: string): string | null => readSymbol(name) ?? readContract(name);

export function createReadNames({ instruments, clock }: ReportedNamesParts): ReadNames {
  async function look(name: string, found: Map<string, string>): Promise<void> {
    for (const form of symbolForms(name)) {
      if ((await instruments.get(form)) === null) continue;
      found.set(name, form);
      return;
    }
  }

  return async (names) => {
    const found = new Map<string, string>();
    const unread = [...new Set(names)].filter((name) => !writtenSymbol(name) && symbolForms(name).length > 0);
    const looks = unread.slice(0, MAX_LOOKED_UP).map((name) =>
      look(name, found).catch((error: unknown) => {
        if (!isUnavailable(error)) throw error;
      }),
    );
    if (looks.length > 0) await within(LOOK_UP_MS, Promise.all(looks), clock);
    // A look-up that answers later changes nothing any more: all rows are read alike.
    const known = new Map(found);
    return (name) => writtenSymbol(name) ?? known.get(name) ?? name;
  };
}
