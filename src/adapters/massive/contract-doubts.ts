import type { Chain, ChainRequest, ContractTerms } from '../../domain/options/chains.ts';
import type { Clock } from '../../lib/clock.ts';

/** What a chain said counts so long for contracts that were not in it: made-up ones cost no request each. */
const SETTLED_MS = 60_000;
/** Questions in that time because of doubts: a tenth of what the usual pace allows. */
const MAX_QUESTIONS = 30;
/** Of an empty chain so many contracts are asked for by name: its underlying may have another name than its root. */
const ASKED_BY_NAME = 3;

export interface ContractDoubtsParts {
  readonly clock: Clock;
  chain(request: ChainRequest): Promise<Chain>;
  contract(symbol: string): Promise<ContractTerms | null>;
}

/** Which contracts do not exist, from few questions: the chain of each underlying and expiry knows all of its contracts. */
export function createContractDoubts({ clock, chain, contract }: ContractDoubtsParts) {
  const settled = new Map<string, (symbol: string) => boolean>();
  let [since, questions] = [Number.NEGATIVE_INFINITY, 0];

  /** Begins anew where its time is over. */
  function renew(): void {
    if (clock.now() - since < SETTLED_MS) return;
    [since, questions] = [clock.now(), 0];
    settled.clear();
  }

  /** False where none is left. */
  const takeQuestion = (): boolean => ++questions <= MAX_QUESTIONS;

  /** Whether upstream has one of these; true where it cannot be asked. */
  async function hasAny(symbols: readonly string[]): Promise<boolean> {
    for (const symbol of symbols.slice(0, ASKED_BY_NAME))
      if (!takeQuestion() || (await contract(symbol)) !== null) return true;
    return false;
  }

  /** How to tell the contracts of one chain; null where it cannot be said now. */
  async function settle(request: ChainRequest, symbols: readonly string[]) {
    const { contracts, partial, stale } = await chain(request);
    if (partial || stale) return null;
    if (contracts.length === 0) return (await hasAny(symbols)) ? null : () => false;
    const listed = new Set(contracts.map(({ symbol }) => symbol));
    return (symbol: string) => listed.has(symbol);
  }

  async function unlistedOf(request: ChainRequest, symbols: readonly string[]): Promise<string[]> {
    const key = `${request.underlying} ${request.expiry}`;
    const known = settled.get(key);
    const isThere = known ?? (takeQuestion() ? await settle(request, symbols) : null);
    if (!isThere) return [];
    settled.set(key, isThere);
    return symbols.filter((symbol) => !isThere(symbol));
  }

  return async (contracts: readonly ContractTerms[]): Promise<ReadonlySet<string>> => {
    renew();
    const groups = new Map<string, { request: ChainRequest; symbols: string[] }>();
    for (const { symbol, underlying, expiry } of contracts) {
      const key = `${underlying} ${expiry}`;
      const group = groups.get(key) ?? { request: { underlying, expiry }, symbols: [] };
      group.symbols.push(symbol);
      groups.set(key, group);
    }
    const answers = [...groups.values()].map(({ request, symbols }) => unlistedOf(request, symbols));
    return new Set((await Promise.all(answers)).flat());
  };
}
