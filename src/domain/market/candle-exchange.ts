import { randomUUID } from 'node:crypto';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { createScope } from '../../lib/scope.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { Bus } from '../bus/bus.ts';
import type { Candle } from './candle.ts';
import type { MarketTopics } from './topics.ts';

/** The engine answers within milliseconds, or it is away. */
export const CANDLES_TIMEOUT_MS = 1_000;
/**
 * One answer serves every request within this: fifty symbols on each of a thousand screens that return after a restart
 * must not become that many questions. Quotes give a screen what is newer.
 */
const KEPT_MS = 5_000;
/** A new engine is found within seconds. */
const RETRY_AFTER_MS = 2_000;

/** Today's candles on every replica, though only the engine receives the trades. */
export interface CandleExchange {
  /** One-minute candles of the current day, oldest first. Throws UNAVAILABLE where the engine does not answer. */
  candles(symbol: string): Promise<readonly Candle[]>;
  start(): void;
  stop(): void;
}

export interface CandleExchangeOptions {
  readonly bus: Bus;
  readonly topics: Pick<MarketTopics, 'candlesAsked' | 'candles'>;
  readonly clock: Clock;
  readonly isEngine: () => boolean;
  /** The engine's own. */
  readonly local: (symbol: string) => readonly Candle[];
}

const unavailable = (): TradecastError =>
  new TradecastError('UNAVAILABLE', 'Price history is unavailable right now. Try again.', {
    retryAfterMs: RETRY_AFTER_MS,
  });

export function createCandleExchange({
  bus,
  topics,
  clock,
  isEngine,
  local,
}: CandleExchangeOptions): CandleExchange {
  /** One question a symbol, open or just answered: later requests get the same answer. */
  const asked = new Map<string, Promise<readonly Candle[]>>();
  /** By the id of the question. */
  const answers = new Map<string, (candles: readonly Candle[]) => void>();
  const expiries = new Map<string, Cancel>();
  const running = createScope();

  const forget = (symbol: string): void => {
    expiries.get(symbol)?.();
    expiries.delete(symbol);
    asked.delete(symbol);
  };
  const keep = (symbol: string, candles: readonly Candle[]): void => {
    // An empty answer is of a symbol that the engine has only just begun to follow.
    if (candles.length === 0) asked.delete(symbol);
    else
      expiries.set(
        symbol,
        clock.after(KEPT_MS, () => forget(symbol)),
      );
  };

  const ask = (symbol: string): Promise<readonly Candle[]> => {
    const id = randomUUID();
    const answer = new Promise<readonly Candle[]>((resolve, reject) => {
      const cancel = clock.after(CANDLES_TIMEOUT_MS, () => {
        answers.delete(id);
        asked.delete(symbol);
        reject(unavailable());
      });
      answers.set(id, (candles) => {
        cancel();
        answers.delete(id);
        resolve(candles);
        keep(symbol, candles);
      });
    });
    asked.set(symbol, answer);
    bus.publish(topics.candlesAsked, { id, symbol });
    return answer;
  };

  return {
    async candles(symbol) {
      return isEngine() ? local(symbol) : (asked.get(symbol) ?? ask(symbol));
    },
    start() {
      running.add(
        bus.subscribe(topics.candlesAsked, ({ id, symbol }) => {
          if (isEngine()) bus.publish(topics.candles, { id, candles: local(symbol) });
        }),
        bus.subscribe(topics.candles, ({ id, candles }) => answers.get(id)?.(candles)),
      );
    },
    stop() {
      running.end();
      for (const symbol of [...expiries.keys()]) forget(symbol);
    },
  };
}
