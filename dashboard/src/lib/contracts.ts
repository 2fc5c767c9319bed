import { type ErrorCode, TradecastError } from '../../../src/protocol/errors.ts';
import type { OptionPayload } from '../../../src/protocol/options.ts';
import { type OptionSymbol, parseSymbol } from '../../../src/protocol/symbol.ts';
import type { Api } from './api.ts';

interface Range {
  readonly underlying: string;
  readonly expiry: string;
  readonly strikeFrom: number;
  readonly strikeTo: number;
}

/** The stock of a series by its root, whose digit marks an adjusted series of the same stock. */
export const underlyingOf = ({ root }: Pick<OptionSymbol, 'root'>): string => root.replace(/\d$/, '');

/** The chains that have these contracts, each with the range of their strikes. */
function rangesOf(contracts: readonly string[]): readonly Range[] {
  const ranges = new Map<string, Range>();
  for (const contract of contracts) {
    const parsed = parseSymbol(contract);
    if (parsed?.kind !== 'option') continue;
    const { expiry, strike } = parsed;
    const underlying = underlyingOf(parsed);
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

/** What a server says of a chain that does not exist. */
const UNKNOWN_CHAIN: readonly ErrorCode[] = ['UNKNOWN_SYMBOL', 'UNSUPPORTED_INSTRUMENT', 'NOT_FOUND'];

const noneIf =
  (codes: readonly ErrorCode[]) =>
  (error: unknown): readonly [] => {
    if (error instanceof TradecastError && codes.includes(error.code)) return [];
    throw error;
  };

/** Such a chain has no contracts; that is no failure of the request. */
export const noneIfUnknown = noneIf(UNKNOWN_CHAIN);

/** Of a request that is made from a contract's symbol, VALIDATION can only mean that its expiry has passed. */
const noneIfUnknownOrPast = noneIf([...UNKNOWN_CHAIN, 'VALIDATION']);

/**
 * What the server says of these contracts now, without those that it does not list: a request for each chain that they
 * are of. Rejects where none of the chains could be read.
 */
export async function fetchContracts(
  api: Pick<Api, 'chain'>,
  contracts: readonly string[],
): Promise<readonly OptionPayload[]> {
  const wanted = new Set(contracts);
  const answers = await Promise.allSettled(
    rangesOf(contracts).map(({ underlying, ...range }) =>
      api.chain(underlying, range).then((chain) => chain.contracts, noneIfUnknownOrPast),
    ),
  );
  const read = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const [first] = answers;
  if (read.length === 0 && first?.status === 'rejected') throw first.reason;
  return read.flat().filter(({ contractId }) => wanted.has(contractId));
}
