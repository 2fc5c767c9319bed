import type { Clock } from '../../../lib/clock.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { DiscreetQuestions } from '../../market/discreet.ts';
import type { DueQuote } from './quote-log.ts';
import { nameOf, type SeenQuote, type Waiting } from './waiting.ts';

/**
 * When the source is asked after a moment, until it has a quote that is newer. Where the symbol is streamed, its next quote
 * has come before the first question; one that is quoted seldom costs five.
 */
export const ASK_AFTER_MS = [1_000, 2_000, 5_000, 15_000, 40_000] as const;

export interface QuoteAskerParts {
  readonly waiting: Pick<Waiting, 'all'>;
  readonly questions: Pick<DiscreetQuestions, 'lastQuote'>;
  readonly onQuote: (quote: SeenQuote) => void;
  readonly clock: Clock;
}

/**
 * Asks for the quotes of premium signals: a wish for their symbols would show everybody what they are. Each call asks for one
 * symbol at most, and for none while an answer is out: called once a second, it takes a fifth of the usual pace of requests.
 * Rejects where the source failed in a way that no source should.
 */
export function createQuoteAsker({
  waiting,
  questions,
  onQuote,
  clock,
}: QuoteAskerParts): () => Promise<void> {
  /** How often each moment was asked for, by its name. */
  let asked: ReadonlyMap<string, number> = new Map();
  let asking = false;
  const timesOf = (due: DueQuote): number => asked.get(nameOf(due)) ?? 0;

  /** The one that was asked for least, and of these the one that waits longest. */
  function nextOf(all: readonly DueQuote[]): DueQuote | undefined {
    const now = clock.now();
    const [next] = all
      .filter((due) => now - due.at >= (ASK_AFTER_MS[timesOf(due)] ?? Number.POSITIVE_INFINITY))
      .sort((a, b) => timesOf(a) - timesOf(b) || a.at - b.at);
    return next;
  }

  async function ask(symbol: string): Promise<void> {
    try {
      const quote = await questions.lastQuote(symbol);
      if (quote) onQuote({ symbol, bid: quote.bid, ask: quote.ask, quotedAt: quote.time });
    } catch (error) {
      // Not in the plan, or away: then nothing is recorded. A line in the log would name the symbol.
      if (!(error instanceof TradecastError)) throw error;
    }
  }

  return async () => {
    if (asking) return;
    const premium = waiting.all().filter(({ stream }) => stream === 'premium');
    const next = nextOf(premium);
    const now = clock.now();
    const isAsked = (due: DueQuote): boolean => due.symbol === next?.symbol && due.at <= now;
    asked = new Map(premium.map((due) => [nameOf(due), timesOf(due) + (isAsked(due) ? 1 : 0)]));
    if (!next) return;
    asking = true;
    await ask(next.symbol).finally(() => {
      asking = false;
    });
  };
}
