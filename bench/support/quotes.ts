/** The same market for every server under test: symbols, watchlists, and a pace of updates. */
import { createRandom } from '../../rig/random.ts';
import { symbolNames } from '../../rig/symbols.ts';
import type { Quote } from '../../src/domain/market/quote.ts';
import { contractSymbol } from '../../src/protocol/symbol.ts';

export const SYMBOLS: readonly string[] = symbolNames('S', 200);

/** Half a year ahead or more: prices have a volatility, and none expires. */
const EXPIRY = `${new Date().getUTCFullYear() + 1}-06-18`;

/** Four chains: calls and puts of the first four symbols around the money. */
export const CONTRACTS: readonly string[] = SYMBOLS.slice(0, 4).flatMap((root, index) =>
  Array.from({ length: 120 }, (_, number) =>
    contractSymbol({
      root,
      expiry: EXPIRY,
      right: number % 2 === 0 ? 'call' : 'put',
      strike: 70 + index + Math.floor(number / 2),
    }),
  ),
);

/** `size` names for each of `count` clients, no two lists alike but by chance; the same on every run. */
export function watchlists(count: number, size: number, names: readonly string[] = SYMBOLS): string[][] {
  const { next } = createRandom(20131007);
  return Array.from({ length: count }, () => {
    const symbols = [...names];
    // The first `size` steps of a Fisher–Yates shuffle.
    for (let at = 0; at < size; at++) {
      const other = at + Math.floor(next() * (symbols.length - at));
      [symbols[at], symbols[other]] = [symbols[other]!, symbols[at]!];
    }
    return symbols.slice(0, size);
  });
}

export interface Pace {
  /** Updates of each symbol a second. */
  readonly perSecond: number;
  /** All symbols in the same moment, or spread evenly. */
  readonly together: boolean;
  /** What is updated; `SYMBOLS` where it is missing. */
  readonly names?: readonly string[];
}

/** Granularity of the spread. */
const STEP_MS = 5;

/**
 * Updates symbol after symbol. `dueAt` is when the update should have happened, so that a server which is too
 * busy for it is charged for the delay. Returns what ends it.
 */
export function startUpdates(
  { perSecond, together, names = SYMBOLS }: Pace,
  update: (symbol: string, price: number, dueAt: number) => void,
): () => void {
  const step = together ? 1000 / perSecond : STEP_MS;
  const perStep = together ? names.length : (names.length * perSecond * STEP_MS) / 1000;
  const startedAt = Date.now();
  let steps = 0;
  let updates = 0;
  const timer = setInterval(() => {
    const now = Date.now();
    for (; startedAt + steps * step <= now; steps++) {
      for (const due = Math.round((steps + 1) * perStep); updates < due; updates++) {
        const index = updates % names.length;
        const round = Math.floor(updates / names.length);
        update(names[index]!, 100 + index + (round % 100) / 100, Math.floor(startedAt + steps * step));
      }
    }
  }, step);
  return () => clearInterval(timer);
}

/** What is known of every symbol before its first update. */
export const DAY = { previousClose: 99.5, open: 100.25, high: 420.5, low: 98.75, bid: 100.01, ask: 100.03 };

/** The quote that the service makes of an update; the yardsticks send the same fields. */
export const quoteOf = (symbol: string, price: number, dueAt: number, volume: number): Quote => ({
  symbol,
  price,
  ...DAY,
  volume,
  sourceTime: dueAt,
  receivedAt: dueAt,
  state: 'simulated',
});
