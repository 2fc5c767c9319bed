import type { Clock } from '../../lib/clock.ts';
import { decimal } from '../../lib/decimal.ts';
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
  const questions = createSplitQuestions({ ...parts, known });
  /** Symbols with fractions, and the first price since they were there; dollars. */
  const fractions = new Map<string, number | null>();
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
  const hear = (symbol: string, price: number): void => {
    if (fractions.get(symbol) !== null) return;
    fractions.set(symbol, price);
    wake();
  };
  const begin = (): void => {
    for (const kept of [questions, known, fractions]) kept.clear();
    mayHaveFractions = true;
  };

  const sold = (): [string, number][] =>
    [...fractions].flatMap(([symbol, price]) =>
      price === null ? [] : [[symbol, price] as [string, number]],
    );

  /** Whether it changed anything. */
  async function applyOne(fencing: number, { effectiveAt, ...split }: KnownSplit): Promise<boolean> {
    const at = clock.now();
    const adjusted = await ledger.split(fencing, { ...split, source, effectiveAt: effectiveAt ?? at, at });
    known.done(split);
    publish(adjusted);
    const users = adjusted.appended.length;
    if (users > 0) log.info({ split: splitName(split), users }, 'a split was applied');
    for (const userId of adjusted.contradicted) {
      log.error({ userId, split: splitName(split) }, 'a split contradicts the books of a user');
      await ledger.halt({ userId }, `The split ${splitName(split)} contradicts the position.`, at);
    }
    return users > 0;
  }

  return {
    isDue: () => mayHaveFractions || sold().length > 0 || known.due().length > 0,
    async apply(fencing) {
      let hasChanged = false;
      for (const split of known.due()) hasChanged = (await applyOne(fencing, split)) || hasChanged;
      for (const [symbol, price] of sold()) {
        publish(await ledger.sellFractions(fencing, symbol, decimal(price), clock.now()));
        fractions.delete(symbol);
      }
      for (const symbol of await ledger.fractionSymbols())
        if (!fractions.has(symbol)) fractions.set(symbol, null);
      mayHaveFractions = false;
      return hasChanged;
    },
    start() {
      running.add(
        lease.onChange(begin),
        market.onPrice(hear),
        clock.every(LOOK_MS, () => void look()),
      );
    },
    stop: running.end,
  };
}
