import type { Clock } from '../../lib/clock.ts';
import type { Bus, BusMessages } from '../cluster/bus.ts';
import type { Quote } from './quote.ts';

/** A bus message that took longer than this is older than what its quotes say now: dropped, milliseconds. */
export const MAX_MESSAGE_AGE_MS = 2_000;
/** The engine says something at least every second; after this long without a word every quote is stale. */
export const ENGINE_SILENCE_MS = 6_000;
const SILENCE_CHECK_MS = 1_000;

/** The latest quotes as this replica heard them on the bus. */
export interface QuoteBoard {
  get(symbol: string): Quote | undefined;
  /** Called with the quotes of one bus message, or with all of them when the engine fell silent. Returns what ends it. */
  onChange(listener: (quotes: readonly Quote[]) => void): () => void;
  /** Bus messages dropped since the start: of a holder that lost its lease, or older than two seconds. */
  readonly drops: Readonly<{ lease: number; late: number }>;
  start(): void;
  stop(): void;
}

export function createQuoteBoard({ bus, clock }: { bus: Bus; clock: Clock }): QuoteBoard {
  const quotes = new Map<string, Quote>();
  const listeners = new Set<(quotes: readonly Quote[]) => void>();
  const drops = { lease: 0, late: 0 };
  let lease = 0;
  let heardAt = 0;
  let silent = false;
  let stops: (() => void)[] = [];

  const tell = (changed: readonly Quote[]): void => {
    for (const quote of changed) quotes.set(quote.symbol, quote);
    if (changed.length > 0) for (const listener of listeners) listener(changed);
  };

  const hear = (message: BusMessages['quotes']): void => {
    if (message.lease < lease) {
      drops.lease += 1;
      return;
    }
    const now = clock.now();
    if (now - message.at > MAX_MESSAGE_AGE_MS) {
      drops.late += 1;
      return;
    }
    lease = message.lease;
    heardAt = now;
    silent = false;
    tell(message.quotes);
  };

  const checkSilence = (): void => {
    if (silent || clock.now() - heardAt < ENGINE_SILENCE_MS) return;
    silent = true;
    tell(
      [...quotes.values()]
        .filter(({ state }) => state !== 'stale')
        .map((quote) => ({ ...quote, state: 'stale' })),
    );
  };

  return {
    get: (symbol) => quotes.get(symbol),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    drops,
    start() {
      heardAt = clock.now();
      stops = [bus.subscribe('quotes', hear), clock.every(SILENCE_CHECK_MS, checkSilence)];
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
