import type { Dialect } from '../peer.ts';
import { writeSocketIoQuote } from '../quotes/quote-writer.ts';
import { toTextFrame } from '../websocket-frame.ts';

const ENGINE_MESSAGE = '4';
const SOCKET_IO_EVENT = '2';

/** Namespace `/`, no binary parts: engine.io `4`, Socket.IO `2`, JSON `[name, payload]`. */
export const socketIoDialect: Dialect = {
  encode(event, payload) {
    const text = SOCKET_IO_EVENT + JSON.stringify([event, payload]);
    return { event, text, frame: toTextFrame(ENGINE_MESSAGE + text) };
  },
  encodeQuote: writeSocketIoQuote,
};
