import type { Cancel, Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { createScope } from '../../../lib/scope.ts';
import { isUnavailable } from '../../../protocol/errors.ts';
import type { Bus } from '../../bus/bus.ts';
import type { Demand } from '../../market/demand.ts';
import type { DiscreetQuestions } from '../../market/discreet.ts';
import type { Quote } from '../../market/quote.ts';
import type { QuoteBoard } from '../../market/quote-board.ts';
import { signalsTopic } from '../topics.ts';
import { createQuoteAsker } from './asked-quotes.ts';
import type { NextQuote, SignalQuoteLog } from './quote-log.ts';
import { createWaiting, NEXT_QUOTE_WITHIN_MS, type SeenQuote, type Waiting } from './waiting.ts';

const LOOK_INTERVAL_MS = 1_000;
/** The question costs a look at every signal of a minute, and it holds up signals on the embedded database. */
const RECALL_INTERVAL_MS = 10_000;
/** What ends so soon waits already. Two intervals, so that nothing ends between what two questions look ahead. */
const AHEAD_MS = 2 * RECALL_INTERVAL_MS;
/** The feed is asked for no more symbols than this for the sake of a record; those that others watch are recorded as well. */
const MAX_WANTED = 200;

/** Stocks, or contracts. */
export interface RecordedMarket {
  covers(symbol: string): boolean;
  /** Whether a follower could trade at its bid and its ask now. */
  fits(quote: Quote): boolean;
  readonly board: Pick<QuoteBoard, 'onChange'>;
  readonly demand: Pick<Demand, 'set'>;
}

export interface QuoteRecorderParts {
  readonly quoteLog: Pick<SignalQuoteLog, 'due' | 'record'>;
  readonly markets: readonly RecordedMarket[];
  /** Of stocks and contracts. */
  readonly questions: Pick<DiscreetQuestions, 'lastQuote'>;
  readonly bus: Pick<Bus, 'subscribe'>;
  /** Of several replicas one records. */
  readonly isEngine: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Records the next quote after each signal and after its expiry. A notice on the bus begins the wait at once; the database
 * tells of the signals whose notice was lost, of those of a former engine, and of those that expire later. The feed is asked
 * for the symbols of free signals. What it streams shows to everybody, so it is never asked for those of premium ones: a
 * symbol that others do not watch is asked for discreetly.
 */
export function startQuoteRecorder(parts: QuoteRecorderParts): Cancel {
  const { quoteLog, markets, bus, isEngine, clock, log } = parts;
  const waiting = createWaiting();
  const found = createFound(parts);
  const wish = createWish(markets, waiting);
  let recalledAt: number | null = null;
  let looking = false;
  const ask = createQuoteAsker({
    ...{ waiting, questions: parts.questions, clock },
    onQuote(quote) {
      const market = markets.find(({ covers }) => covers(quote.symbol));
      if (market?.fits(asLive(quote))) found.add(waiting.take(quote));
    },
  });

  function see({ fits }: RecordedMarket, quotes: readonly Quote[]): void {
    for (const quote of quotes) {
      const { symbol, bid, ask, nbboReceivedAt: quotedAt } = quote;
      if (bid === undefined || ask === undefined || quotedAt === undefined || !fits(quote)) continue;
      found.add(waiting.take({ symbol, bid, ask, quotedAt }));
    }
  }

  /** What no notice told of: the signals of a former engine, lost notices, and what expires soon. */
  async function recall(now: number): Promise<void> {
    for (const due of await quoteLog.due(now - NEXT_QUOTE_WITHIN_MS, now + AHEAD_MS)) waiting.add(due);
    recalledAt = now;
  }

  const complain = (error: unknown): void =>
    log.warn({ err: error }, 'quotes of signals could not be recorded');

  async function look(): Promise<void> {
    const now = clock.now();
    await found.write().catch(complain);
    waiting.forget(now - NEXT_QUOTE_WITHIN_MS);
    if (!isEngine()) recalledAt = null;
    else if (recalledAt === null || now - recalledAt >= RECALL_INTERVAL_MS) await recall(now);
    wish.renew();
    if (isEngine()) ask().catch(complain);
  }

  const running = createScope();
  running.add(
    bus.subscribe(signalsTopic, ({ stream, records }) => {
      if (!isEngine()) return;
      const now = clock.now();
      for (const { seq, event, payload, receivedAt = now } of records) {
        const { symbol, expiresAt } = payload;
        const end = expiresAt === undefined ? null : Date.parse(expiresAt);
        const endsSoon = end !== null && end <= now + AHEAD_MS;
        if (event === 'signal:updated') {
          // Only the database knows which symbol its signal was published for.
          if (endsSoon) recalledAt = null;
          continue;
        }
        waiting.add({ stream, seq, moment: 'accepted', symbol, at: receivedAt });
        if (endsSoon) waiting.add({ stream, seq, moment: 'expired', symbol, at: end });
      }
      if (stream === 'free' && !records.every(({ payload }) => wish.holds(payload.symbol))) wish.renew();
    }),
    ...markets.map((market) => market.board.onChange((quotes) => see(market, quotes))),
    clock.every(LOOK_INTERVAL_MS, () => {
      if (looking) return;
      looking = true;
      look()
        .catch(complain)
        .finally(() => {
          looking = false;
        });
    }),
  );
  return running.end;
}

/** The symbols that the feed is asked for: of free signals only. */
function createWish(markets: readonly RecordedMarket[], waiting: Pick<Waiting, 'symbolsOf'>) {
  let wanted: ReadonlySet<string> = new Set();
  return {
    /** Hundreds of signals a second mostly name symbols that are wanted already. */
    holds: (symbol: string): boolean => wanted.has(symbol),
    renew(): void {
      wanted = new Set(waiting.symbolsOf('free').slice(-MAX_WANTED));
      const symbols = [...wanted];
      for (const { covers, demand } of markets) demand.set('signal quotes', symbols.filter(covers));
    },
  };
}

/** What was found and is not written yet. In an outage all of it waits; a quote that the database refuses holds up no other. */
function createFound({ quoteLog, log }: Pick<QuoteRecorderParts, 'quoteLog' | 'log'>) {
  let ready: NextQuote[] = [];

  async function writeAlone(quote: NextQuote): Promise<void> {
    try {
      await quoteLog.record([quote]);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      const { stream, seq, moment } = quote;
      log.error({ err: error, stream, seq, moment }, 'the quote of a signal was refused');
    }
  }

  /** Takes from `quotes` what is written, or refused for good. */
  async function writeEach(quotes: NextQuote[]): Promise<void> {
    for (let next = quotes[0]; next; next = quotes[0]) {
      await writeAlone(next);
      quotes.shift();
    }
  }

  return {
    add(quotes: readonly NextQuote[]): void {
      ready.push(...quotes);
    },
    async write(): Promise<void> {
      const found = ready;
      ready = [];
      if (found.length === 0) return;
      try {
        await quoteLog.record(found).catch((error: unknown) => {
          if (isUnavailable(error)) throw error;
          return writeEach(found);
        });
      } catch (error) {
        ready = [...found, ...ready];
        throw error;
      }
    },
  };
}

/** A quote that was asked for, as the feed would have brought it with a trade at the ask: without one it counts for nothing. */
const asLive = ({ symbol, bid, ask, quotedAt }: SeenQuote): Quote => ({
  ...{ symbol, bid, ask, price: ask, volume: 0, state: 'live' },
  ...{ sourceTime: quotedAt, receivedAt: quotedAt, nbboReceivedAt: quotedAt },
});
