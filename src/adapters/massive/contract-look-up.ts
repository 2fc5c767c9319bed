import type { Chain, ChainRequest, ContractsFound, ContractTerms } from '../../domain/options/chains.ts';
import { foundAmong } from '../../domain/options/listing.ts';
import type { Clock } from '../../lib/clock.ts';

/** What a chain said counts so long for contracts that were not in it: made-up ones cost no request each. */
const SETTLED_MS = 60_000;
/** Questions in that time because of doubts: a tenth of what the usual pace allows. */
const MAX_QUESTIONS = 30;
/** Of an empty chain so many contracts are asked for by name: its underlying may have another name than its root. */
const ASKED_BY_NAME = 3;

export interface ContractLookUpParts {
  readonly clock: Clock;
  /** Contracts that upstream has named before. */
  readonly known: ReadonlyMap<string, ContractTerms>;
  chain(request: ChainRequest): Promise<Chain>;
  contract(symbol: string): Promise<ContractTerms | null>;
}

/** Which contracts exist, from few questions: the chain of each underlying and expiry knows all of its contracts. */
export function createContractLookUp({ clock, known, chain, contract }: ContractLookUpParts) {
  const settled = new Map<string, ReadonlyMap<string, ContractTerms>>();
  let [since, questions] = [Number.NEGATIVE_INFINITY, 0];

  /** Begins anew where its time is over. */
  function renew(): void {
    if (clock.now() - since < SETTLED_MS) return;
    [since, questions] = [clock.now(), 0];
    settled.clear();
  }

  /** False where none is left. */
  const takeQuestion = (): boolean => ++questions <= MAX_QUESTIONS;

  /** The first of these that upstream has; undefined where it cannot be asked, null where there is none. */
  async function firstOf(contracts: readonly ContractTerms[]): Promise<ContractTerms | null | undefined> {
    for (const { symbol } of contracts.slice(0, ASKED_BY_NAME)) {
      const terms = takeQuestion() ? await contract(symbol) : undefined;
      if (terms !== null) return terms;
    }
    return null;
  }

  async function find(request: ChainRequest, contracts: readonly ContractTerms[]): Promise<ContractsFound> {
    const key = `${request.underlying} ${request.expiry}`;
    const before = settled.get(key);
    if (before) return foundAmong(contracts, (symbol) => before.get(symbol));
    if (!takeQuestion()) return NOTHING;
    const answer = await chain(request);
    if (answer.partial || answer.stale) return NOTHING;
    const first = answer.contracts.length === 0 ? await firstOf(contracts) : null;
    if (first === undefined) return NOTHING;
    // Its underlying is another one: whose chain it is is known from now on.
    if (first !== null) return { listed: [first], unlisted: new Set() };
    const bySymbol = new Map(answer.contracts.map((terms) => [terms.symbol, terms]));
    settled.set(key, bySymbol);
    return foundAmong(contracts, (symbol) => bySymbol.get(symbol));
  }

  return async (contracts: readonly ContractTerms[]): Promise<ContractsFound> => {
    renew();
    const named = contracts.flatMap(({ symbol }) => known.get(symbol) ?? []);
    const doubtful = contracts.filter(({ symbol }) => !known.has(symbol));
    const groups = Map.groupBy(doubtful, ({ underlying, expiry }) => `${underlying} ${expiry}`);
    const answers = await Promise.all(
      [...groups.values()].map((group) => (group[0] ? find(group[0], group) : NOTHING)),
    );
    return {
      listed: [...named, ...answers.flatMap(({ listed }) => listed)],
      unlisted: new Set(answers.flatMap(({ unlisted }) => [...unlisted])),
    };
  };
}

const NOTHING: ContractsFound = { listed: [], unlisted: new Set() };
