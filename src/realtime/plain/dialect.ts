import type { Clock } from '../../lib/clock.ts';
import type { PayloadOf, ServerEvent } from '../../protocol/events.ts';
import { speak, type Words } from '../../protocol/plain-words.ts';
import type { Dialect } from '../peer.ts';
import { toTextFrame } from '../websocket-frame.ts';

/** Flat JSON objects with a `type`. An event without a word here does not reach the endpoint's peers. */
export function createPlainDialect(words: Words<object>, clock: Clock): Dialect {
  const toMessage = speak(words);
  return {
    encode<E extends ServerEvent>(event: E, payload: PayloadOf<E>) {
      const message = toMessage(event, payload, clock.now());
      if (!message) return null;
      const text = JSON.stringify(message);
      return { event, text, frame: toTextFrame(text) };
    },
  };
}
