import { randomUUID } from 'node:crypto';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { Bus } from '../bus/bus.ts';
import type { Candle } from './candle.ts';
import { candlesAskedTopic, candlesTopic } from './topics.ts';

/** The engine answers within milliseconds, or it is away, milliseconds. */
export const CANDLES_TIMEOUT_MS = 1_000;
/**
 * An answer serves whoever asks within this: fifty symbols on each of a thousand screens that come back after a
 * restart must not become that many questions. Quotes tell a screen what is younger, milliseconds.
 */
const KEPT_MS = 5_000;
/** A new engine is found within seconds, milliseconds. */
const RETRY_AFTER_MS = 2_000;

/** Today's candles on every replica, though only the engine hears the trades they are made of. */
export interface CandleExchange {
  /** One-minute candles of the current day, oldest first. Throws UNAVAILABLE where the engine does not answer. */
  candles(symbol: string): Promise<readonly Candle[]>;
  start(): void;
  stop(): void;
}

export interface CandleExchangeOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly isEngine: () => boolean;
  /** The engine's own. */
  readonly local: (symbol: string) => readonly Candle[];
}

interface Question {
  readonly id: string;
  readonly answer: Promise<readonly Candle[]>;
}

export function createCandleExchange({ bus, clock, isEngine, local }: CandleExchangeOptions): CandleExchange {
  /** Whoever asks for the same symbol meanwhile, or a moment later, gets the same answer. */
  const asked = new Map<string, Question>();
  const answers = new Map<string, (candles: readonly Candle[]) => void>();
  const forgetting = new Map<string, Cancel>();
  let stops: Cancel[] = [];

  const forget = (symbol: string): void => {
    forgetting.get(symbol)?.();
    forgetting.delete(symbol);
    asked.delete(symbol);
  };

  const ask = (symbol: string): Question => {
    const id = randomUUID();
    const answer = new Promise<readonly Candle[]>((resolve, reject) => {
      const cancel = clock.after(CANDLES_TIMEOUT_MS, () => {
        settle();
        asked.delete(symbol);
        reject(
          new TradecastError('UNAVAILABLE', 'The history of this symbol is not to be had at the moment.', {
            retryAfterMs: RETRY_AFTER_MS,
          }),
        );
      });
      const settle = (): void => {
        cancel();
        answers.delete(id);
      };
      answers.set(id, (candles) => {
        settle();
        resolve(candles);
        // An empty one is of a symbol that the engine has only just begun to follow.
        if (candles.length === 0) asked.delete(symbol);
        else
          forgetting.set(
            symbol,
            clock.after(KEPT_MS, () => forget(symbol)),
          );
      });
    });
    return { id, answer };
  };

  return {
    async candles(symbol) {
      if (isEngine()) return local(symbol);
      const open = asked.get(symbol);
      if (open) return open.answer;
      const question = ask(symbol);
      asked.set(symbol, question);
      bus.publish(candlesAskedTopic, { id: question.id, symbol });
      return question.answer;
    },
    start() {
      stops = [
        bus.subscribe(candlesAskedTopic, ({ id, symbol }) => {
          if (isEngine()) bus.publish(candlesTopic, { id, candles: local(symbol) });
        }),
        bus.subscribe(candlesTopic, ({ id, candles }) => answers.get(id)?.(candles)),
      ];
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
      for (const symbol of [...forgetting.keys()]) forget(symbol);
    },
  };
}
