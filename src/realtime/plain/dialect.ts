import type { Clock } from '../../lib/clock.ts';
import type { PayloadOf, ServerEvent } from '../../protocol/events.ts';
import { toPlainMessage } from '../../protocol/plain-words.ts';
import type { Dialect } from '../peer.ts';
import { toTextFrame } from '../websocket-frame.ts';

/** Flat JSON objects with a `type`, as market-data sockets have them. Portfolio, trades and orders have no words here. */
export const createPlainDialect = (clock: Clock): Dialect => ({
  encode<E extends ServerEvent>(event: E, payload: PayloadOf<E>) {
    const message = toPlainMessage(event, payload, clock.now());
    if (!message) return null;
    const text = JSON.stringify(message);
    return { event, text, frame: toTextFrame(text) };
  },
});
