/** How contracts are listed. */
import type { ContractsFound, ContractTerms, Expiration } from './chains.ts';

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** By strike, the call before the put; an adjusted contract behind the one of the same strike. */
export const byStrike = (a: ContractTerms, b: ContractTerms): number =>
  a.strike - b.strike || compare(a.right, b.right) || compare(a.symbol, b.symbol);

/** The expiries of these contracts, nearest first. */
export function expirationsOf(contracts: Iterable<Pick<ContractTerms, 'expiry'>>): Expiration[] {
  const counts = new Map<string, number>();
  for (const { expiry } of contracts) counts.set(expiry, (counts.get(expiry) ?? 0) + 1);
  return [...counts]
    .map(([expiry, count]) => ({ expiry, contracts: count }))
    .sort((a, b) => compare(a.expiry, b.expiry));
}

/** What a source that knows all of its contracts says of these. */
export function foundAmong(
  contracts: readonly ContractTerms[],
  termsOf: (symbol: string) => ContractTerms | null | undefined,
): ContractsFound {
  const symbols = contracts.map(({ symbol }) => symbol);
  return {
    listed: symbols.flatMap((symbol) => termsOf(symbol) ?? []),
    unlisted: new Set(symbols.filter((symbol) => !termsOf(symbol))),
  };
}
