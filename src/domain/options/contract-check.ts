import { TradecastError } from '../../protocol/errors.ts';
import type { OptionChains } from './chains.ts';
import type { ContractDirectory } from './contract-directory.ts';
import { yearsUntil } from './expiry.ts';

/** So many are asked for by name, where their chains do not say whether they exist. */
const MAX_ASKED_BY_NAME = 3;
/** The look-up of a chain whose underlying has another name than its root finds that name first. */
const LOOK_UPS = 2;
/** By then a source that was asked too much answers again. */
const RETRY_AFTER_MS = 60_000;

export interface ContractCheckParts {
  readonly chains: Pick<OptionChains, 'contract' | 'lookUp'>;
  readonly directory: Pick<ContractDirectory, 'remember' | 'terms'>;
  readonly marketTime: () => number;
}

/** Refuses contracts that do not exist: UNKNOWN_SYMBOL; UNAVAILABLE where the source cannot say it of all of them. */
export function createContractCheck({ chains, directory, marketTime }: ContractCheckParts) {
  const unknown = (contract: string): TradecastError =>
    yearsUntil(directory.terms(contract).expiry, marketTime()) === null
      ? hasExpired(contract)
      : unknownContract(contract);

  async function checkOne(contract: string): Promise<void> {
    const terms = await chains.contract(contract);
    if (terms === null) throw unknown(contract);
    directory.remember([terms]);
  }

  /** Those of which their chains do not say whether they exist. */
  async function undecidedOf(contracts: readonly string[]): Promise<readonly string[]> {
    let undecided = contracts;
    for (let asked = 0; asked < LOOK_UPS && undecided.length > 0; asked++) {
      const { listed, unlisted } = await chains.lookUp(undecided.map(directory.terms));
      const [missing] = unlisted;
      if (missing !== undefined) throw unknown(missing);
      directory.remember(listed);
      const found = new Set(listed.map(({ symbol }) => symbol));
      undecided = undecided.filter((contract) => !found.has(contract));
    }
    return undecided;
  }

  return async (contracts: readonly string[]): Promise<void> => {
    const byName = contracts.length === 1 ? contracts : await undecidedOf(contracts);
    if (byName.length > MAX_ASKED_BY_NAME)
      throw new TradecastError('UNAVAILABLE', 'So many contracts cannot be looked up right now. Try again.', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    await Promise.all(byName.map(checkOne));
  };
}

/** The same sentences on whatever route the contract is asked for. */
export const unknownContract = (contract: string): TradecastError =>
  new TradecastError('UNKNOWN_SYMBOL', `${contract} is not a known contract.`);
export const hasExpired = (contract: string): TradecastError =>
  new TradecastError('UNKNOWN_SYMBOL', `${contract} has expired.`);
