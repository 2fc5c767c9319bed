import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
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
  readonly clock: Clock;
  readonly log: Log;
}

export function createSplitQuestions(parts: SplitQuestionsParts): SplitQuestions {
  const { calendar, market, known, isRecording, clock, log } = parts;
  /** By symbol, the day for which it was asked, or when it may be asked again. */
  const asked = new Map<string, string>();
  const notBefore = new Map<string, number>();
  let firstDay: string | null = null;
  let isAsking = false;

  async function askFor(symbol: string, today: string): Promise<void> {
    const first = firstDay ?? today;
    const from = isRecording ? addDays(first, 1) : addDays(today, -LOOK_BACK_DAYS);
    // Those of tomorrow are known before it begins.
    const to = addDays(today, 1);
    try {
      for (const split of await calendar.splits(symbol, from, to))
        if (split.symbol === symbol && split.day >= from && split.day <= to) known.add(split, today);
      asked.set(symbol, today);
    } catch (error) {
      notBefore.set(symbol, clock.now() + RETRY_MS);
      log.warn({ err: error, symbol }, 'the splits of a share could not be asked for');
    }
  }
  const isDue = (symbol: string, today: string): boolean =>
    !isContract(symbol) && asked.get(symbol) !== today && clock.now() >= (notBefore.get(symbol) ?? 0);

  return {
    async ask(mayAsk) {
      const today = market.today();
      if (isAsking || today === null || !mayAsk()) return;
      firstDay ??= today;
      isAsking = true;
      for (const symbol of market.symbols())
        if (isDue(symbol, today) && mayAsk()) await askFor(symbol, today);
      isAsking = false;
    },
    clear() {
      asked.clear();
      notBefore.clear();
      firstDay = null;
    },
  };
}
