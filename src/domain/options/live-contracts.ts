import type { Cancel, Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Quote } from '../market/quote.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import type { ContractTerms } from './chains.ts';
import { type ContractDirectory, isSameTerms } from './contract-directory.ts';
import {
  type ContractGroup,
  createContractGroup,
  type GroupMoment,
  type LiveContract,
} from './contract-group.ts';
import type { DividendYields } from './dividend-yields.ts';
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
  /** Called when contracts in sight have turned out to be of another underlying than before. */
  onMove(listener: () => void): Cancel;
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
  readonly directory: Pick<ContractDirectory, 'knows' | 'onLearn' | 'terms'>;
  readonly yields: Pick<DividendYields, 'of' | 'renew'>;
  /** Milliseconds since epoch: in a replay it is not our time. */
  readonly marketTime: () => number;
  readonly clock: Clock;
  readonly rateFor?: RateFor | undefined;
}

export function createLiveContracts(parts: LiveContractsParts): LiveContracts {
  const { options, stocks, directory, yields, marketTime, clock, rateFor } = parts;
  const changes = createEmitter<[contracts: readonly LiveContract[]]>();
  const moves = createEmitter();
  /** By underlying and expiry. */
  const groups = new Map<string, ContractGroup>();
  const groupOf = new Map<string, ContractGroup>();

  const momentOf = (group: ContractGroup): GroupMoment => ({
    spot: spotOf(stocks.get(group.underlying)),
    dividendYield: yields.of(group),
    now: marketTime(),
    at: clock.now(),
    rateFor,
  });

  function addOne(symbol: string): void {
    if (groupOf.has(symbol)) return;
    const terms = directory.terms(symbol);
    const name = nameOf(terms);
    const group = groups.get(name) ?? createContractGroup(terms, options.get);
    group.add(terms, clock.now());
    groups.set(name, group);
    groupOf.set(symbol, group);
  }

  /** Terms that were read from symbols give way to those that a source has named. */
  function correct(): void {
    let hasMoved = false;
    for (const [symbol, group] of groupOf) {
      const before = group.terms(symbol);
      const terms = directory.terms(symbol);
      if (!before || isSameTerms(before, terms)) continue;
      const isMove = before.underlying !== terms.underlying;
      // What a source said once is better than what the symbol says.
      if (!isMove && !directory.knows(symbol)) continue;
      if (!group.remove(symbol)) groups.delete(nameOf(before));
      groupOf.delete(symbol);
      addOne(symbol);
      groupOf.get(symbol)?.touch(symbol);
      hasMoved ||= isMove;
    }
    if (hasMoved) moves.emit();
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
      return underlyingsOf(groups.values(), marketTime());
    },
    tick() {
      const changed = [...groups.values()].flatMap((group) => {
        yields.renew(group);
        return group.revalue(momentOf(group));
      });
      if (changed.length > 0) changes.emit(changed);
    },
    onChange: changes.on,
    onMove: moves.on,
    start() {
      const ends = [
        directory.onLearn(correct),
        options.onChange((quotes) => {
          for (const { symbol } of quotes) groupOf.get(symbol)?.touch(symbol);
        }),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

/** A price of before values nothing that is quoted now. */
const spotOf = (quote: Quote | undefined): number | undefined =>
  quote?.state === 'stale' ? undefined : quote?.price;

/** Of the groups that have not expired. */
function underlyingsOf(groups: Iterable<ContractGroup>, now: number): Set<string> {
  const current = [...groups].filter(({ expiry }) => yearsUntil(expiry, now) !== null);
  return new Set(current.map(({ underlying }) => underlying));
}

const nameOf = ({ underlying, expiry }: ContractTerms): string => `${underlying} ${expiry}`;
