import { parseSymbol, symbolForms } from '../../protocol/symbol.ts';
import type { InstrumentDirectory } from '../instrument/directory.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import type { ContractTerms } from './chains.ts';

/** The terms of contracts, from memory. */
export interface ContractDirectory {
  /** As the last chain said it, else what the symbol says. Throws for a symbol that is no contract. */
  terms(symbol: string): ContractTerms;
  /** Whether a source has named the contract. */
  knows(symbol: string): boolean;
  /** Keeps the terms of contracts that a source has named. */
  remember(contracts: Iterable<ContractTerms>): void;
}

/** All contracts of a hundred chains; beyond it, terms are read from symbols until a chain names them again. */
const MAX_KEPT = 50_000;

export function createContractDirectory({ knows }: Pick<InstrumentDirectory, 'knows'>): ContractDirectory {
  const kept = new Map<string, ContractTerms>();

  /** The stock of a root: the root itself, BRK.B for BRKB, AAPL for the adjusted AAPL1. */
  function underlyingOf(root: string): string {
    const letters = root.replace(/\d$/, '');
    return symbolForms(letters).find((form) => knows(form) === true) ?? letters;
  }

  return {
    knows: (symbol) => kept.has(symbol),
    terms(symbol) {
      const known = kept.get(symbol);
      if (known) return known;
      const parsed = parseSymbol(symbol);
      if (parsed?.kind !== 'option') throw new Error(`${symbol} is not an option contract`);
      const { root, expiry, strike, right } = parsed;
      const { multiplier } = instrumentOf(symbol);
      return { symbol, underlying: underlyingOf(root), expiry, strike, right, multiplier, style: 'american' };
    },
    remember(contracts) {
      if (kept.size >= MAX_KEPT) kept.clear();
      for (const { symbol, underlying, expiry, strike, right, multiplier, style } of contracts)
        kept.set(symbol, { symbol, underlying, expiry, strike, right, multiplier, style });
    },
  };
}
