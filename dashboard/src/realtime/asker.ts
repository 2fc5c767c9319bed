import type { ErrorCode } from '../../../src/protocol/errors.ts';
import type { ClientEvent, CommandArgs } from '../../../src/protocol/events.ts';
import { createKeyedTimers, type KeyedTimers } from '../lib/keyed-timers.ts';
import type { Timers } from '../lib/timers.ts';
import { ask, type TradecastSocket } from './socket.ts';

/** Refusals that time mends. */
const PASSING: readonly ErrorCode[] = ['RATE_LIMITED', 'UNAVAILABLE', 'INTERNAL'];
/** Wait after an answer that names no wait of its own. */
const RETRY_MS = 5_000;

export interface Question<E extends ClientEvent> {
  readonly event: E;
  readonly args: CommandArgs<E>;
  /** Refused for the moment, or not answered. */
  undo(): void;
  /** Its wait is over. */
  again(): void;
  /** The server has decided: with a refusal that repeating does not mend, or with null where it did as asked. */
  decided?(refusal: ErrorCode | null): void;
}

/** Asks the server, and again later where it refused for the moment. Timers are kept under the questions' keys. */
export interface Asker {
  ask<E extends ClientEvent>(key: string, question: Question<E>): void;
  readonly timers: KeyedTimers;
}

export function createAsker(socket: TradecastSocket, clock: Timers): Asker {
  const timers = createKeyedTimers(clock);
  return {
    timers,
    ask(key, { event, args, undo, again, decided }) {
      const connection = socket.id;
      ask(socket, event, args, (answer) => {
        if (connection !== socket.id) return;
        // What is wrong with the question stays wrong: it counts as asked.
        if (answer && (answer.ok || !PASSING.includes(answer.code)))
          return decided?.(answer.ok ? null : answer.code);
        undo();
        timers.set(key, answer?.retryAfterMs ?? RETRY_MS, again);
      });
    },
  };
}
