import type { Api } from './api.ts';
import { fetchContracts, noneIfUnknown } from './contracts.ts';
import { contractNamed, readTypedContract, type TypedContract } from './typed-contract.ts';

/** Contracts that are offered for a strike, the closest ones. */
const MAX_CONTRACTS = 6;
/** Strikes that are looked up on both sides of the typed one, as a part of it. */
const STRIKE_RANGE = 0.03;
/** The route takes at most three decimals, and 660 × 0.97 has thirteen. */
const toBound = (strike: number): number => Math.round(strike * 1_000) / 1_000;

type ChainApi = Pick<Api, 'expirations' | 'chain'>;

/** The contracts that a text names in part: `spy 650` are those at and around the strike that expire next. */
async function contractsLike(api: ChainApi, typed: TypedContract): Promise<readonly string[]> {
  const { root, strike, right } = typed;
  const listed = await api.expirations(root);
  // A typed expiry that has passed, or is none of this stock, has no contracts.
  const expiry = listed.find((one) => typed.expiry === null || one.expiry === typed.expiry)?.expiry;
  if (expiry === undefined) return [];
  const range = {
    strikeFrom: toBound(strike * (1 - STRIKE_RANGE)),
    strikeTo: toBound(strike * (1 + STRIKE_RANGE)),
  };
  const { contracts } = await api.chain(root, { expiry, ...range });
  return contracts
    .filter(({ type }) => right === null || type === right)
    .sort((a, b) => Math.abs(a.strike - strike) - Math.abs(b.strike - strike))
    .slice(0, MAX_CONTRACTS)
    .map(({ contractId }) => contractId);
}

/** Which contracts a search offers for a text; none for a text that is not about contracts. */
export type ContractSearch = (api: ChainApi, text: string) => Promise<readonly string[]>;

/**
 * The contracts that `text` means, by symbol, in words or by a strike. One that is named in full is taken by its name,
 * so that the past of an expired one is found.
 */
export const searchContracts: ContractSearch = async (api, text) => {
  const named = contractNamed(text);
  if (named !== null) return [named];
  const typed = readTypedContract(text);
  // An underlying that does not exist has no contracts; that is no failure of the search.
  return typed ? contractsLike(api, typed).catch(noneIfUnknown) : [];
};

/** The same without those that nobody can watch: they have expired, or do not exist. */
export const listedContracts: ContractSearch = async (api, text) => {
  const found = await searchContracts(api, text);
  if (contractNamed(text) === null) return found;
  return (await fetchContracts(api, found)).map(({ contractId }) => contractId);
};
