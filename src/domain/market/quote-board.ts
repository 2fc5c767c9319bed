import type { Clock } from '../../lib/clock.ts';
import type { Bus } from '../cluster/bus.ts';
import type { Quote } from './quote.ts';

/** The latest quotes as this replica heard them on the bus. */
export interface QuoteBoard {
  get(symbol: string): Quote | undefined;
  /** Called with the quotes of one bus message, or with those that went stale for want of messages. Returns what ends it. */
  onChange(listener: (quotes: readonly Quote[]) => void): () => void;
  /** Bus messages dropped, by reason, since the start. */
  readonly drops: Readonly<{ lease: number; late: number }>;
  start(): void;
  stop(): void;
}

export declare function createQuoteBoard(options: { bus: Bus; clock: Clock }): QuoteBoard;
