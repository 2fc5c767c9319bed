import type { Clock } from '../../lib/clock.ts';
import type { QuoteState } from '../../protocol/quotes.ts';
import type { PriceOrigin } from './feed.ts';
import type { Freshness } from './history.ts';
import type { MarketHours } from './market-hours.ts';

/** How far an answer of the source may be trusted in this moment. */
export type AnswerState = (freshness: Freshness) => QuoteState;

export interface AnswerStateParts {
  readonly origin: PriceOrigin;
  /** Of the instruments that the source answers for. */
  readonly hours: Pick<MarketHours, 'session'>;
  readonly clock: Clock;
}

export const createAnswerState =
  ({ origin, hours, clock }: AnswerStateParts): AnswerState =>
  ({ stale, delayed }) => {
    if (stale) return 'stale';
    if (origin !== 'market') return origin;
    if (hours.session(clock.now()) === 'closed') return 'closed';
    return delayed ? 'delayed' : 'live';
  };
