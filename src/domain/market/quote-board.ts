import type { Clock } from '../../lib/clock.ts';
import type { Bus } from '../bus/bus.ts';
import { MAX_MESSAGE_AHEAD_MS } from '../bus/envelope.ts';
import { type Quote, toStale } from './quote.ts';
import { MAX_QUOTES_AGE_MS, type QuotesMessage } from './quotes-message.ts';
import { quotesTopic } from './topics.ts';

/** The engine says something at least every second; after this long without a word every quote of it is stale. */
export const ENGINE_SILENCE_MS = 6_000;
const SILENCE_CHECK_MS = 1_000;

/** The latest quotes as this replica heard them on the bus. */
export interface QuoteBoard {
  /** As it can be trusted in this moment: stale where its engine has been silent for too long, told already or not. */
  get(symbol: string): Quote | undefined;
  /** Called with the quotes of one bus message, or with those that became stale. Returns what ends it. */
  onChange(listener: (quotes: readonly Quote[]) => void): () => void;
  /** We were absent: nothing heard so far is the market's price now, until the engine tells it again. */
  distrust(): void;
  /** Bus messages dropped since the start: of a holder that lost its lease, or too old (or from the future). */
  readonly drops: Readonly<{ lease: number; late: number }>;
  start(): void;
  stop(): void;
}

export interface QuoteBoardOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  /** The highest number of an engine that the database knows; null where it was not asked yet. */
  readonly newestLease?: () => number | null;
  /** Called when the engine's count shows that a message was missed: the latest of everything must be asked for. */
  readonly onMissed?: () => void;
}

interface Heard {
  readonly quote: Quote;
  /** Of the engine that told it. */
  readonly lease: number;
}

export function createQuoteBoard({
  bus,
  clock,
  onMissed,
  newestLease = () => null,
}: QuoteBoardOptions): QuoteBoard {
  const board = new Map<string, Heard>();
  const listeners = new Set<(quotes: readonly Quote[]) => void>();
  const drops = { lease: 0, late: 0 };
  let lease = 0;
  /** Number of the last message of this engine. */
  let seq = 0;
  let heardAt = 0;
  /** When the engine before this one was last heard: what only that one told goes stale as if it had fallen silent. */
  let formerHeardAt = 0;
  let silent = false;
  let formerSettled = true;
  let stops: (() => void)[] = [];

  const tell = (changed: readonly Quote[], by: number): void => {
    for (const quote of changed) board.set(quote.symbol, { quote, lease: by });
    if (changed.length > 0) for (const listener of listeners) listener(changed);
  };
  const isSilent = (since: number): boolean => clock.now() - since >= ENGINE_SILENCE_MS;
  const isStale = (heard: Heard): boolean => isSilent(heard.lease === lease ? heardAt : formerHeardAt);

  const tellStale = (which: (heard: Heard) => boolean): void =>
    tell(
      [...board.values()]
        .filter((heard) => heard.quote.state !== 'stale' && which(heard))
        .map(({ quote }) => toStale(quote)),
      lease,
    );

  const hear = (message: QuotesMessage): void => {
    if (message.lease < lease) {
      drops.lease += 1;
      return;
    }
    // Over another way we have heard it, or a later one, before.
    if (message.lease === lease && message.seq <= seq) return;
    const now = clock.now();
    const age = now - message.at;
    if (!(age <= MAX_QUOTES_AGE_MS && age >= -MAX_MESSAGE_AHEAD_MS)) {
      drops.late += 1;
      return;
    }
    if (message.lease > lease) {
      formerHeardAt = heardAt;
      formerSettled = false;
      lease = message.lease;
      seq = 0;
    }
    const missed = silent || message.after > seq;
    seq = message.seq;
    heardAt = now;
    silent = false;
    tell(message.quotes, lease);
    if (missed) onMissed?.();
  };

  const check = (): void => {
    if (!formerSettled && isSilent(formerHeardAt)) {
      formerSettled = true;
      tellStale((heard) => heard.lease < lease);
    }
    if (silent || !isSilent(heardAt)) return;
    silent = true;
    tellStale(() => true);
    // Whatever counted that far was no engine's, or is none any more: the next word of the one there is counts.
    seq = 0;
    const newest = newestLease();
    if (newest !== null && newest < lease) lease = newest;
  };

  return {
    get(symbol) {
      const heard = board.get(symbol);
      if (!heard) return undefined;
      return heard.quote.state !== 'stale' && isStale(heard) ? toStale(heard.quote) : heard.quote;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    distrust: () => tellStale(() => true),
    drops,
    start() {
      heardAt = clock.now();
      stops = [bus.subscribe(quotesTopic, hear), clock.every(SILENCE_CHECK_MS, check)];
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
