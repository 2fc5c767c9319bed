import { parseSymbol } from '../../protocol/symbol.ts';
import type { Backfill, BackfillOptions } from './backfill.ts';
import { readChainPages } from './chain-pages.ts';
import { fieldsOf } from './fields.ts';
import { createGathering } from './gathering.ts';
import { isMissing } from './refusals.ts';
import type { MassiveRest } from './rest.ts';

/** Open interest is of the day before, and previous closes and vendor greeks change slowly. */
const REFRESH_MS = 60_000;
/** A fifth of what the smallest pace allows: people's requests share it. The others have their turn in the next minute. */
const MAX_CHAINS_PER_REFRESH = 60;

export interface ContractBackfillOptions extends Omit<BackfillOptions, 'onCandles'> {
  /** Whether the contract is wanted and flows. */
  readonly isFlowing: (symbol: string) => boolean;
  /** Those with bid and ask: others must not get them from here, where they would stand still for a minute. */
  readonly quoted: () => ReadonlySet<string>;
}

/** Contracts that nobody lists may come first: so many are asked for by name before the root counts as the underlying. */
const ASKED_BY_NAME = 3;

/** Contracts of one root and expiry: one request answers for all of them. */
interface Group {
  readonly root: string;
  readonly expiry: string;
  readonly symbols: Set<string>;
}

/** The groups of what flows, the one that was asked for longest ago first. */
function createGroups(isFlowing: (symbol: string) => boolean) {
  const groups = new Map<string, Group>();
  const keyOf = ({ root, expiry }: Pick<Group, 'root' | 'expiry'>): string => `${root} ${expiry}`;

  return {
    /** Adds the contracts; answers with their groups, of these contracts only. */
    add(symbols: readonly string[]): Group[] {
      const added = new Map<string, Group>();
      for (const symbol of symbols) {
        const contract = parseSymbol(symbol);
        if (contract?.kind !== 'option') continue;
        for (const known of [groups, added]) {
          const group = known.get(keyOf(contract)) ?? { ...contract, symbols: new Set() };
          group.symbols.add(symbol);
          known.set(keyOf(contract), group);
        }
      }
      return [...added.values()];
    },
    /** The next groups to ask for again, without what no longer flows. */
    *due(most: number): Generator<Group> {
      for (const [key, group] of [...groups].slice(0, most)) {
        groups.delete(key);
        for (const symbol of group.symbols) if (!isFlowing(symbol)) group.symbols.delete(symbol);
        if (group.symbols.size === 0) continue;
        groups.set(key, group);
        yield group;
      }
    },
  };
}

/** A root may have another name than its stock: BRKB of BRK.B, AAPL1 after a split. Each is asked for once. */
function createUnderlyings({ get }: Pick<MassiveRest, 'get'>) {
  const underlyings = new Map<string, string>();

  /** Null where the answer does not name it; undefined where upstream does not know the contract. */
  async function namedBy(symbol: string): Promise<string | null | undefined> {
    try {
      const { results } = await get(`/v3/reference/options/contracts/${encodeURIComponent(symbol)}`);
      const { underlying_ticker: named } = fieldsOf(results);
      return typeof named === 'string' ? named : null;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  return async ({ root, symbols }: Group): Promise<string> => {
    const known = underlyings.get(root);
    if (known !== undefined) return known;
    for (const symbol of [...symbols].slice(0, ASKED_BY_NAME)) {
      const named = await namedBy(symbol);
      if (named === undefined) continue;
      underlyings.set(root, named ?? root);
      return named ?? root;
    }
    // Not for good: another contract of the root may be known.
    return root;
  };
}

function strikesOf(symbols: Iterable<string>): { strikeFrom: number; strikeTo: number } {
  const strikes = [...symbols].flatMap((symbol) => {
    const contract = parseSymbol(symbol);
    return contract?.kind === 'option' ? [contract.strike] : [];
  });
  return { strikeFrom: Math.min(...strikes), strikeTo: Math.max(...strikes) };
}

/** Of contracts: open interest, the day so far, previous closes and vendor greeks; again each minute. */
export function createContractBackfill(options: ContractBackfillOptions): Backfill {
  const { rest, clock, log, onEvent, isFlowing } = options;
  const groups = createGroups(isFlowing);
  const underlyingOf = createUnderlyings(rest);

  async function askChain(group: Group): Promise<void> {
    const { expiry, symbols } = group;
    const underlying = await underlyingOf(group);
    const { rows } = await readChainPages(rest.get, { underlying, expiry, ...strikesOf(symbols) });
    if (gathering.isStopped()) return;
    const quoted = options.quoted();
    for (const row of rows) {
      const result = fieldsOf(row);
      const { ticker } = fieldsOf(result.details);
      if (typeof ticker !== 'string' || !symbols.has(ticker)) continue;
      onEvent({
        ev: 'contract',
        t: clock.now(),
        result: quoted.has(ticker) ? result : { ...result, last_quote: undefined },
      });
    }
  }
  const askAll = async (due: Iterable<Group>): Promise<void> => {
    for (const group of due) await gathering.attempt('option chains', () => askChain(group));
  };
  const gathering = createGathering({ clock, log, run: (symbols) => askAll(groups.add(symbols)) });
  /** While upstream is slow or refuses, a refresh may take longer than a minute: then the next one is left out. */
  let isRefreshing = false;
  const refresh = async (): Promise<void> => {
    if (isRefreshing) return;
    isRefreshing = true;
    await askAll(groups.due(MAX_CHAINS_PER_REFRESH)).finally(() => {
      isRefreshing = false;
    });
  };
  const stopRefreshing = clock.every(REFRESH_MS, () => void refresh());

  return {
    add: gathering.add,
    stop() {
      stopRefreshing();
      gathering.stop();
    },
  };
}
