import type { Cancel, Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import type { ContractDirectory } from './contract-directory.ts';
import {
  type ContractGroup,
  createContractGroup,
  type GroupMoment,
  type LiveContract,
} from './contract-group.ts';
import { yearsUntil } from './expiry.ts';
import type { RateFor } from './rates.ts';

/** The contracts that peers of this replica see, each with its latest quote and value. */
export interface LiveContracts {
  /** Undefined without a quote. An unchanged contract is the same object as before. */
  get(symbol: string): LiveContract | undefined;
  /** More contracts are in sight. */
  add(symbols: Iterable<string>): void;
  /** These contracts are in sight and no others. Answers with the underlyings of those that have not expired. */
  retain(symbols: ReadonlySet<string>): Set<string>;
  /** Values what is due. */
  tick(): void;
  /** Called with the contracts that changed for a reader, at most once a tick. */
  onChange(listener: (contracts: readonly LiveContract[]) => void): Cancel;
  /** Follows the quotes until the returned function is called. */
  start(): Cancel;
}

export interface LiveContractsParts {
  readonly options: Pick<QuoteBoard, 'get' | 'onChange'>;
  readonly stocks: Pick<QuoteBoard, 'get'>;
  readonly directory: Pick<ContractDirectory, 'terms'>;
  /** Milliseconds since epoch: in a replay it is not our time. */
  readonly marketTime: () => number;
  readonly clock: Clock;
  readonly rateFor?: RateFor | undefined;
}

export function createLiveContracts(parts: LiveContractsParts): LiveContracts {
  const { options, stocks, directory, marketTime, clock, rateFor } = parts;
  const changes = createEmitter<[contracts: readonly LiveContract[]]>();
  /** By underlying and expiry. */
  const groups = new Map<string, ContractGroup>();
  const groupOf = new Map<string, ContractGroup>();

  const momentOf = ({ underlying }: ContractGroup): GroupMoment => ({
    spot: stocks.get(underlying)?.price,
    now: marketTime(),
    at: clock.now(),
    rateFor,
  });

  function addOne(symbol: string): void {
    if (groupOf.has(symbol)) return;
    const terms = directory.terms(symbol);
    const name = `${terms.underlying} ${terms.expiry}`;
    const group = groups.get(name) ?? createContractGroup(terms, options.get);
    group.add(terms, clock.now());
    groups.set(name, group);
    groupOf.set(symbol, group);
  }

  return {
    get(symbol) {
      const group = groupOf.get(symbol);
      return group?.get(symbol, momentOf(group));
    },
    add(symbols) {
      for (const symbol of symbols) addOne(symbol);
    },
    retain(symbols) {
      for (const symbol of groupOf.keys()) if (!symbols.has(symbol)) groupOf.delete(symbol);
      for (const [name, group] of groups) if (!group.retain(symbols)) groups.delete(name);
      const now = marketTime();
      const current = [...groups.values()].filter(({ expiry }) => yearsUntil(expiry, now) !== null);
      return new Set(current.map(({ underlying }) => underlying));
    },
    tick() {
      const changed: LiveContract[] = [];
      for (const group of groups.values()) changed.push(...group.revalue(momentOf(group)));
      if (changed.length > 0) changes.emit(changed);
    },
    onChange: changes.on,
    start: () =>
      options.onChange((quotes) => {
        for (const { symbol } of quotes) groupOf.get(symbol)?.touch(symbol);
      }),
  };
}
