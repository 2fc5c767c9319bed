import type { OptionPayload } from '../../../src/protocol/options.ts';
import { parseSymbol } from '../../../src/protocol/symbol.ts';
import type { Api } from './api.ts';

interface Range {
  readonly underlying: string;
  readonly expiry: string;
  readonly strikeFrom: number;
  readonly strikeTo: number;
}

/** The chains that have these contracts, each with the range of their strikes. */
function rangesOf(contracts: readonly string[]): readonly Range[] {
  const ranges = new Map<string, Range>();
  for (const contract of contracts) {
    const parsed = parseSymbol(contract);
    if (parsed?.kind !== 'option') continue;
    const { expiry, strike } = parsed;
    // The digit marks an adjusted series of the same underlying.
    const underlying = parsed.root.replace(/\d$/, '');
    const key = `${underlying} ${expiry}`;
    const { strikeFrom, strikeTo } = ranges.get(key) ?? { strikeFrom: strike, strikeTo: strike };
    ranges.set(key, {
      underlying,
      expiry,
      strikeFrom: Math.min(strikeFrom, strike),
      strikeTo: Math.max(strikeTo, strike),
    });
  }
  return [...ranges.values()];
}

/** What the server says of these contracts now: a request for each chain that they are of. */
export async function fetchContracts(
  api: Pick<Api, 'chain'>,
  contracts: readonly string[],
): Promise<readonly OptionPayload[]> {
  const wanted = new Set(contracts);
  const chains = await Promise.all(
    rangesOf(contracts).map(({ underlying, ...range }) => api.chain(underlying, range)),
  );
  return chains.flatMap((chain) => chain.contracts).filter(({ contractId }) => wanted.has(contractId));
}
