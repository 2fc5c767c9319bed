import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import type { FeedScope } from '../market/feed.ts';
import { nextQuoted, RANKED_SYMBOLS } from './quoted-symbols.ts';

/** Ranks by notional change slowly; the first prints of a day settle within minutes. */
const REVIEW_MS = 10_000;

/** The prints of every symbol are summed: decides on the engine which symbols have quotes beside them. */
export interface WholeMarket {
  begin(): void;
  /** The ranks are others than before: looks at once; nothing where it was not begun. */
  review(): void;
  end(): void;
  /** Number of the symbols that have quotes for the sums. */
  quoted(): number;
}

export interface WholeMarketOptions {
  readonly setScope: (scope: FeedScope) => void;
  /** The symbols with the most notional today, most first. */
  readonly heaviest: (count: number) => readonly string[];
  /** They have quotes until the day has ranks of its own. */
  readonly featured: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
}

const isSame = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((symbol) => b.has(symbol));

export function createWholeMarket(options: WholeMarketOptions): WholeMarket {
  const { setScope, heaviest, featured, clock, log } = options;
  const running = createScope();
  let quoted: ReadonlySet<string> = new Set();
  let isSummed = false;

  const set = (next: ReadonlySet<string>): void => {
    if (isSame(next, quoted)) return;
    quoted = next;
    setScope({ quoted });
  };
  const review = (): void => {
    if (isSummed) set(nextQuoted(quoted, heaviest(RANKED_SYMBOLS)));
  };
  const beginWith = async (): Promise<void> => {
    try {
      set(new Set([...quoted, ...(await featured())]));
    } catch (error) {
      log.warn({ err: error }, 'the featured symbols are not known: they have no quotes for the sums yet');
    }
  };

  return {
    begin() {
      isSummed = true;
      // Prints arrive with the feed's first connection, whatever becomes of the quotes.
      setScope({ quoted });
      if (quoted.size === 0) void beginWith();
      running.add(clock.every(REVIEW_MS, review));
    },
    review,
    end() {
      isSummed = false;
      running.end();
    },
    quoted: () => quoted.size,
  };
}
