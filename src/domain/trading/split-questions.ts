import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { addDays } from '../../protocol/new-york.ts';
import { isContract } from '../../protocol/symbol.ts';
import type { Market } from '../market/market.ts';
import type { SplitCalendar } from '../market/splits.ts';
import type { KnownSplits } from './known-splits.ts';

/** A source that did not answer is asked again after this. */
const RETRY_MS = 60_000;
/** A service that stood still for longer has to be adjusted by hand. */
const LOOK_BACK_DAYS = 30;

/** Asks for the splits of each wanted share: when it is new, and when a day begins. */
export interface SplitQuestions {
  /** Whether the splits of today are known. A contract has none. */
  isAnswered(symbol: string): boolean;
  /** An order waits for the answer: it is asked for before those that are only watched. Whether that is new. */
  want(symbol: string): boolean;
  /** How many shares have no answer today because the source did not give one. */
  unknown(): number;
  /** Asks what is due, one after another, as long as `mayAsk`. */
  ask(mayAsk: () => boolean): Promise<void>;
  /** Everything is asked for again. */
  clear(): void;
}

export interface SplitQuestionsParts {
  readonly calendar: SplitCalendar;
  readonly market: Pick<Market, 'today' | 'symbols'>;
  readonly known: Pick<KnownSplits, 'add'>;
  /** It begins after the splits of its first day. */
  readonly isRecording: boolean;
  /** The splits of the symbol are known for today. */
  readonly onAnswer: (symbol: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export function createSplitQuestions(parts: SplitQuestionsParts): SplitQuestions {
  const { market, onAnswer, clock, log } = parts;
  const reading = createReading(parts);
  /** By symbol, the day for which it was asked, or when it may be asked again. */
  const asked = new Map<string, string>();
  const notBefore = new Map<string, number>();
  /** Those that orders wait for. */
  const wanted = new Set<string>();
  let isAsking = false;

  const isAnswered = (symbol: string): boolean =>
    (asked.has(symbol) && asked.get(symbol) === market.today()) || isContract(symbol);
  const isDue = (symbol: string): boolean =>
    !isAnswered(symbol) && clock.now() >= (notBefore.get(symbol) ?? 0);

  async function askFor(symbol: string, today: string): Promise<void> {
    try {
      await reading.read(symbol, today);
    } catch (error) {
      notBefore.set(symbol, clock.now() + RETRY_MS);
      return log.warn({ err: error, symbol }, 'the splits of a share are not known: its orders wait');
    }
    asked.set(symbol, today);
    notBefore.delete(symbol);
    wanted.delete(symbol);
    onAnswer(symbol);
  }

  async function askAll(symbols: Iterable<string>, mayAsk: () => boolean, then?: () => Promise<void>) {
    for (const symbol of symbols) {
      const today = market.today();
      if (today === null || !mayAsk() || !isDue(symbol)) continue;
      await askFor(symbol, today);
      await then?.();
    }
  }

  return {
    isAnswered,
    want(symbol) {
      const isNew = !wanted.has(symbol);
      wanted.add(symbol);
      return isNew;
    },
    unknown() {
      const symbols = market.symbols();
      const isMissing = (symbol: string) =>
        (symbols.has(symbol) || wanted.has(symbol)) && !isAnswered(symbol);
      return [...notBefore.keys()].filter(isMissing).length;
    },
    async ask(mayAsk) {
      if (isAsking) return;
      isAsking = true;
      const askWanted = () => askAll(wanted, mayAsk);
      try {
        await askWanted();
        await askAll(market.symbols(), mayAsk, askWanted);
      } finally {
        isAsking = false;
      }
    },
    clear() {
      asked.clear();
      notBefore.clear();
      wanted.clear();
      reading.clear();
    },
  };
}

/** Reads the splits of one share after another. */
function createReading({ calendar, known, isRecording, log }: SplitQuestionsParts) {
  let firstDay: string | null = null;
  let isOutsidePlan = false;

  /** An account without splits could never trade: its shares count as not split. */
  function pass(error: unknown): void {
    if (!(error instanceof TradecastError && error.code === 'NOT_IN_PLAN')) throw error;
    if (!isOutsidePlan) log.warn({}, 'the plan of the market data has no splits: shares count as not split');
    isOutsidePlan = true;
  }

  return {
    async read(symbol: string, today: string): Promise<void> {
      firstDay ??= today;
      const from = isRecording ? addDays(firstDay, 1) : addDays(today, -LOOK_BACK_DAYS);
      // Those of tomorrow are known before it begins.
      const to = addDays(today, 1);
      try {
        for (const split of await calendar.splits(symbol, from, to))
          if (split.symbol === symbol && split.day >= from && split.day <= to) known.add(split, today);
      } catch (error) {
        pass(error);
      }
    },
    clear(): void {
      firstDay = null;
      isOutsidePlan = false;
    },
  };
}
