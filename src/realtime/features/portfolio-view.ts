import type { Holdings } from '../../domain/trading/holdings.ts';
import type { PortfolioPayload } from '../../protocol/portfolio.ts';
import type { Peer } from '../peer.ts';

/** The portfolio of one user with subscribed peers. */
export interface PortfolioView {
  readonly userId: string;
  readonly peers: Set<Peer>;
  holdings: Holdings | null;
  /**
   * While it is sent to the peers. It is not kept: what thousands of portfolios keep for a quarter of a second each, V8
   * copies, and meanwhile nothing else runs.
   */
  payload: PortfolioPayload | undefined;
  /** Counts the reports of changed holdings, so that a slow read does not replace a younger one. */
  version: number;
  reading: boolean;
  stale: boolean;
  /** When to read without a report of changed holdings, milliseconds since epoch; null while there is no doubt. */
  doubtedAt: number | null;
  /** A price moved since the last update. */
  dirty: boolean;
  /** Nothing is read or sent for the view before this moment, milliseconds since epoch. */
  nextAt: number;
  /** No whole portfolio is sent again before this moment, milliseconds since epoch. */
  wholeAt: number;
}

export const newPortfolioView = (userId: string): PortfolioView => ({
  userId,
  peers: new Set(),
  holdings: null,
  payload: undefined,
  version: 0,
  reading: false,
  stale: true,
  doubtedAt: null,
  dirty: false,
  nextAt: 0,
  wholeAt: 0,
});

/** Views by the symbols they hold. */
export interface SymbolIndex {
  replaceHoldings(view: PortfolioView, holdings: Holdings | null): void;
  holding(symbol: string): Iterable<PortfolioView>;
  symbols(): Iterable<string>;
}

/** One for all quotes that move no portfolio, which are most. */
const NO_VIEWS: readonly PortfolioView[] = [];

export function createSymbolIndex(onChange: () => void): SymbolIndex {
  const bySymbol = new Map<string, Set<PortfolioView>>();

  return {
    replaceHoldings(view, holdings) {
      for (const { symbol } of view.holdings?.positions ?? []) {
        const set = bySymbol.get(symbol);
        if (set?.delete(view) && set.size === 0) bySymbol.delete(symbol);
      }
      view.holdings = holdings;
      for (const { symbol } of holdings?.positions ?? [])
        bySymbol.set(symbol, (bySymbol.get(symbol) ?? new Set()).add(view));
      onChange();
    },
    holding: (symbol) => bySymbol.get(symbol) ?? NO_VIEWS,
    symbols: () => bySymbol.keys(),
  };
}
