import type { Cancel, Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { createScope } from '../../../lib/scope.ts';
import type { Bus } from '../../bus/bus.ts';
import type { Demand } from '../../market/demand.ts';
import type { Quote } from '../../market/quote.ts';
import type { QuoteBoard } from '../../market/quote-board.ts';
import { isFresh } from '../../market/staleness.ts';
import { signalsTopic } from '../topics.ts';
import type { DueQuote, NextQuote, SignalQuoteLog } from './quote-log.ts';

/** A follower who gets no quote for longer has no price: the market is closed, or the feed is away. */
export const NEXT_QUOTE_WITHIN_MS = 60_000;
const LOOK_INTERVAL_MS = 1_000;
/** The feed is asked for no more symbols than this for the sake of a record; those that others watch are recorded as well. */
const MAX_WANTED = 200;

/** Stocks, or contracts. */
export interface RecordedMarket {
  covers(symbol: string): boolean;
  readonly board: Pick<QuoteBoard, 'onChange'>;
  readonly demand: Pick<Demand, 'set'>;
}

export interface QuoteRecorderParts {
  readonly quoteLog: Pick<SignalQuoteLog, 'due' | 'record'>;
  readonly markets: readonly RecordedMarket[];
  readonly bus: Pick<Bus, 'subscribe'>;
  /** Of several replicas one records. */
  readonly isEngine: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Records the next quote after each signal. A notice on the bus begins the wait at once; the database tells of the signals
 * whose notice was lost, of those of a former engine, and of those that expire.
 */
export function startQuoteRecorder(parts: QuoteRecorderParts): Cancel {
  const { quoteLog, markets, bus, isEngine, clock, log } = parts;
  const waiting = createWaiting();
  let ready: readonly NextQuote[] = [];
  let looking = false;

  function see(quotes: readonly Quote[]): void {
    const now = clock.now();
    for (const quote of quotes) if (isFresh(quote, now)) ready = [...ready, ...waiting.take(quote)];
  }

  function want(): void {
    const symbols = waiting.symbols().slice(-MAX_WANTED);
    for (const { covers, demand } of markets) demand.set('signal quotes', symbols.filter(covers));
  }

  async function look(): Promise<void> {
    const now = clock.now();
    const found = ready;
    ready = [];
    try {
      if (found.length > 0) await quoteLog.record(found);
      const due = isEngine() ? await quoteLog.due(now - NEXT_QUOTE_WITHIN_MS, now + LOOK_INTERVAL_MS) : [];
      waiting.become(due, now);
      want();
    } catch (error) {
      ready = [...found, ...ready];
      throw error;
    }
  }

  const running = createScope();
  running.add(
    bus.subscribe(signalsTopic, ({ stream, records }) => {
      if (!isEngine()) return;
      for (const { seq, payload, receivedAt = clock.now() } of records)
        waiting.add({ stream, seq, moment: 'accepted', symbol: payload.symbol, at: receivedAt });
      want();
    }),
    ...markets.map(({ board }) => board.onChange(see)),
    clock.every(LOOK_INTERVAL_MS, () => {
      if (looking) return;
      looking = true;
      look()
        .catch((error: unknown) => log.warn({ err: error }, 'quotes of signals could not be recorded'))
        .finally(() => {
          looking = false;
        });
    }),
  );
  return running.end;
}

/** The moments that wait for a quote, by symbol. */
function createWaiting() {
  let bySymbol = new Map<string, DueQuote[]>();

  function add(due: DueQuote): void {
    const others = bySymbol.get(due.symbol) ?? [];
    if (
      others.some(
        ({ stream, seq, moment }) => stream === due.stream && seq === due.seq && moment === due.moment,
      )
    )
      return;
    bySymbol.set(due.symbol, [...others, due]);
  }

  return {
    add,
    symbols: (): readonly string[] => [...bySymbol.keys()],
    /**
     * What the database said was missing at `asked`, and what came since. What has been taken meanwhile is recorded
     * again, which changes nothing.
     */
    become(due: readonly DueQuote[], asked: number): void {
      const newer = [...bySymbol.values()].flat().filter(({ at }) => at >= asked);
      bySymbol = new Map();
      for (const one of [...due, ...newer]) add(one);
    },
    /** Those whose next quote this is. */
    take({ symbol, bid, ask, receivedAt }: Quote): readonly NextQuote[] {
      const all = bySymbol.get(symbol);
      if (!all || bid === undefined || ask === undefined) return [];
      const [met, left] = [
        all.filter(({ at }) => receivedAt > at),
        all.filter(({ at }) => !(receivedAt > at)),
      ];
      if (left.length > 0) bySymbol.set(symbol, left);
      else bySymbol.delete(symbol);
      return met.map(({ stream, seq, moment }) => ({ stream, seq, moment, bid, ask, quotedAt: receivedAt }));
    },
  };
}
