import type { Cancel } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import { parseSymbol, symbolForms } from '../../protocol/symbol.ts';
import type { InstrumentDirectory } from '../instrument/directory.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import type { ContractTerms } from './chains.ts';

/** The terms of contracts, from memory. */
export interface ContractDirectory {
  /** As a source last said it, else what the symbol says. Throws for a symbol that is no contract. */
  terms(symbol: string): ContractTerms;
  /** Whether a source has named the contract. */
  knows(symbol: string): boolean;
  /** Whether the underlying of the contract is known: else it is read from the symbol, and may have another name. */
  knowsUnderlying(symbol: string): boolean;
  /** Keeps the terms of contracts that a source has named, and the underlyings of their roots. */
  remember(contracts: Iterable<ContractTerms>): void;
  /** Called when a source has named contracts that were not known, or has named them otherwise than before. */
  onLearn(listener: () => void): Cancel;
}

/** All contracts of a hundred chains; beyond it, terms are read from symbols until a chain names them again. */
const MAX_KEPT = 50_000;

const rootOf = (symbol: string): string => {
  const parsed = parseSymbol(symbol);
  return parsed?.kind === 'option' ? parsed.root : '';
};

export const isSameTerms = (a: ContractTerms, b: ContractTerms): boolean =>
  a.underlying === b.underlying && a.multiplier === b.multiplier && a.style === b.style;

export function createContractDirectory({ knows }: Pick<InstrumentDirectory, 'knows'>): ContractDirectory {
  const kept = new Map<string, ContractTerms>();
  /** As sources have named them: no more than the market has. */
  const underlyings = new Map<string, string>();
  const learned = createEmitter();

  /** The stock of a root: the root itself, BRK.B for BRKB, AAPL for the adjusted AAPL1; undefined where none is known. */
  const knownUnderlying = (root: string): string | undefined =>
    underlyings.get(root) ?? symbolForms(lettersOf(root)).find((form) => knows(form) === true);

  /** False where this is known already. */
  function learn({ symbol, underlying, expiry, strike, right, multiplier, style }: ContractTerms): boolean {
    const terms: ContractTerms = { symbol, underlying, expiry, strike, right, multiplier, style };
    const before = kept.get(symbol);
    if (before && isSameTerms(before, terms)) return false;
    kept.set(symbol, terms);
    underlyings.set(rootOf(symbol), underlying);
    return true;
  }

  return {
    knows: (symbol) => kept.has(symbol),
    knowsUnderlying: (symbol) => kept.has(symbol) || knownUnderlying(rootOf(symbol)) !== undefined,
    terms(symbol) {
      const known = kept.get(symbol);
      if (known) return known;
      const parsed = parseSymbol(symbol);
      if (parsed?.kind !== 'option') throw new Error(`${symbol} is not an option contract`);
      const { root, expiry, strike, right } = parsed;
      const { multiplier } = instrumentOf(symbol);
      const underlying = knownUnderlying(root) ?? lettersOf(root);
      return { symbol, underlying, expiry, strike, right, multiplier, style: 'american' };
    },
    remember(contracts) {
      if (kept.size >= MAX_KEPT) kept.clear();
      let isNew = false;
      for (const terms of contracts) isNew = learn(terms) || isNew;
      if (isNew) learned.emit();
    },
    onLearn: learned.on,
  };
}

/** A digit at the end marks an adjusted contract. */
const lettersOf = (root: string): string => root.replace(/\d$/, '');
