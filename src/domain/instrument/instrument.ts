import { multiplierOf, type OptionSymbol, parseSymbol } from '../../protocol/symbol.ts';
import { OPTION_INCREMENTS, type PriceIncrements, STOCK_INCREMENTS } from './price-increments.ts';

/** When an instrument trades; `domain/market/market-hours.ts` has the hours of each. */
export type Calendar = 'us-equities' | 'us-options';

interface Traits {
  /** As on the wire and in the books. */
  readonly symbol: string;
  /**
   * Shares that one unit stands for:
   * 1 for a share, 100 for a contract, null for an adjusted contract, whose terms only a directory knows.
   */
  readonly multiplier: number | null;
  readonly increments: PriceIncrements;
  readonly calendar: Calendar;
}

export interface Stock extends Traits {
  readonly kind: 'stock';
  readonly root: string;
  readonly multiplier: 1;
}

export interface OptionContract extends Traits, OptionSymbol {}

/** What a symbol stands for. */
export type Instrument = Stock | OptionContract;

function build(symbol: string): Instrument {
  const parsed = parseSymbol(symbol);
  if (parsed?.kind === 'option') {
    return {
      ...parsed,
      symbol,
      multiplier: multiplierOf(symbol),
      increments: OPTION_INCREMENTS,
      calendar: 'us-options',
    };
  }
  const root = parsed?.root ?? symbol;
  return {
    kind: 'stock',
    symbol,
    root,
    multiplier: 1,
    increments: STOCK_INCREMENTS,
    calendar: 'us-equities',
  };
}

/** More than a busy day asks for; beyond it, symbols are parsed again. */
const MAX_KEPT = 50_000;
const kept = new Map<string, Instrument>();

/**
 * The instrument of a symbol that has been validated on its way in. Anything else counts as a stock: books may hold
 * names that an earlier grammar allowed.
 */
export function instrumentOf(symbol: string): Instrument {
  let instrument = kept.get(symbol);
  if (!instrument) {
    instrument = build(symbol);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(symbol, instrument);
  }
  return instrument;
}
