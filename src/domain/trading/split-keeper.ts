import type { Cancel, Clock } from '../../lib/clock.ts';
import { decimal } from '../../lib/decimal.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import type { Bus } from '../bus/bus.ts';
import type { EngineLease } from '../engine/lease.ts';
import type { Market } from '../market/market.ts';
import { type SplitCalendar, splitName } from '../market/splits.ts';
import type { Adjustments } from './execution/adjustments.ts';
import { createKnownSplits, type KnownSplit } from './known-splits.ts';
import type { Adjusted, Ledger } from './ledger.ts';
import { publishEvents } from './publish.ts';
import { createSplitQuestions } from './split-questions.ts';
import { ORDERS_WAITING, ordersTopic, portfolioTopic } from './topics.ts';

/** Whether a day has begun, or a symbol is new, is looked at this often. */
const LOOK_MS = 1_000;
/** The splits of held and watched shares: it asks for them, and applies them on the engine. */
export interface SplitKeeper extends Adjustments {
  /**
   * Whether orders in the symbol are on the terms of today: its splits are known, and the books follow them. An order
   * that asks for it is told by `onFollowed`.
   */
  follows(symbol: string): boolean;
  /** How many shares wait because the source of splits did not answer; 0 where this replica is not the engine. */
  unknown(): number;
  /** Calls back with symbols whose orders need not wait any more; returns what ends it. */
  onFollowed(listener: (symbols: readonly string[]) => void): Cancel;
  start(): void;
  stop(): void;
}

export interface SplitKeeperParts {
  readonly calendar: SplitCalendar;
  readonly market: Pick<Market, 'today' | 'symbols' | 'plan' | 'adjusted' | 'onPrice'>;
  /** Its name, as FEED has it. A recording has days of its own: what was before it is not its own. */
  readonly source: string;
  readonly isRecording: boolean;
  readonly ledger: Pick<Ledger, 'split' | 'sellFractions' | 'fractionSymbols' | 'halt'>;
  readonly lease: Pick<EngineLease, 'current' | 'onChange'>;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

export function createSplitKeeper(parts: SplitKeeperParts): SplitKeeper {
  const { market, ledger, lease, bus, clock, log, source } = parts;
  const known = createKnownSplits(parts);
  const isSplitting = (symbol: string): boolean => known.due().some((split) => split.symbol === symbol);
  const followed = createEmitter<[readonly string[]]>();
  const questions = createSplitQuestions({
    ...{ ...parts, known },
    onAnswer: (symbol) => (isSplitting(symbol) ? wake() : followed.emit([symbol])),
  });
  /** Whether a price of now is one of the shares in the books. */
  const isFollowed = (symbol: string): boolean => questions.isAnswered(symbol) && !isSplitting(symbol);
  const fractions = createFractions({ isFollowed, onPrice: () => wake() });
  const running = createScope();
  let mayHaveFractions = true;

  const publish = ({ appended }: Adjusted): void => {
    publishEvents(bus, appended);
    for (const { userId } of appended) bus.publish(portfolioTopic, { userId });
  };
  const wake = (): void => bus.publish(ordersTopic, ORDERS_WAITING);

  async function look(): Promise<void> {
    await questions.ask(() => lease.current() !== null);
    if (known.due().length > 0) wake();
  }
  const begin = (): void => {
    for (const kept of [questions, known, fractions]) kept.clear();
    mayHaveFractions = true;
  };

  /** Whether it changed anything. */
  async function applyOne(fencing: number, { effectiveAt, ...split }: KnownSplit): Promise<boolean> {
    const at = clock.now();
    const adjusted = await ledger.split(fencing, { ...split, source, effectiveAt: effectiveAt ?? at, at });
    known.done(split);
    fractions.await(split.symbol);
    publish(adjusted);
    const users = adjusted.appended.length;
    if (users > 0) log.info({ split: splitName(split), users }, 'a split was applied');
    // Orders on new terms are given to the broker anew.
    else followed.emit([split.symbol]);
    for (const userId of adjusted.contradicted) {
      log.error({ userId, split: splitName(split) }, 'a split contradicts the books of a user');
      await ledger.halt({ userId }, `The split ${splitName(split)} contradicts the position.`, at);
    }
    return users > 0;
  }

  return {
    follows(symbol) {
      if (!questions.isAnswered(symbol) && questions.want(symbol)) void look();
      return isFollowed(symbol);
    },
    unknown: questions.unknown,
    onFollowed: followed.on,
    isDue: () => mayHaveFractions || fractions.sold().length > 0 || known.due().length > 0,
    async apply(fencing) {
      let hasChanged = false;
      for (const split of known.due()) hasChanged = (await applyOne(fencing, split)) || hasChanged;
      for (const [symbol, price] of fractions.sold()) {
        publish(await ledger.sellFractions(fencing, symbol, decimal(price), clock.now()));
        fractions.end(symbol);
      }
      for (const symbol of await ledger.fractionSymbols()) fractions.expect(symbol);
      mayHaveFractions = false;
      return hasChanged;
    },
    start() {
      running.add(
        lease.onChange(begin),
        market.onPrice(fractions.hear),
        clock.every(LOOK_MS, () => void look()),
      );
    },
    stop: running.end,
  };
}

/**
 * Symbols with fractions, and the first price since they were there; dollars. One that came before the splits of its day
 * were known and in the books may be of other shares: it counts for nothing. `onPrice`: one of them has it.
 */
function createFractions({ isFollowed, onPrice }: { isFollowed(symbol: string): boolean; onPrice(): void }) {
  const prices = new Map<string, number | null>();
  return {
    expect(symbol: string): void {
      if (!prices.has(symbol)) prices.set(symbol, null);
    },
    hear(symbol: string, price: number): void {
      if (prices.get(symbol) !== null || !isFollowed(symbol)) return;
      prices.set(symbol, price);
      onPrice();
    },
    /** The price was of before a split. */
    await(symbol: string): void {
      if (prices.has(symbol)) prices.set(symbol, null);
    },
    /** Those that can be sold, and at what. */
    sold: (): [string, number][] =>
      [...prices].flatMap(([symbol, price]) =>
        price === null || !isFollowed(symbol) ? [] : [[symbol, price] as [string, number]],
      ),
    end: (symbol: string): void => void prices.delete(symbol),
    clear: (): void => prices.clear(),
  };
}
