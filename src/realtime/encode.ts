import * as ws from 'ws';
import type { ServerEvent, ServerToClientEvents } from '../protocol/events.ts';

/** One server event, encoded once for every socket that gets it. */
export interface EncodedEvent {
  readonly event: ServerEvent;
  /** The Socket.IO packet, for transports that frame for themselves (polling). */
  readonly text: string;
  /** The same as a complete WebSocket frame; frames may be concatenated. */
  readonly frame: Buffer;
}

/** `ws` exports its sender without types; Socket.IO's own adapter uses it in the same way. */
interface FrameEncoder {
  frame(data: Buffer, options: typeof FRAME): Buffer[];
}
const { frame: toFrame } = (ws as unknown as { Sender: FrameEncoder }).Sender;

// Server frames are unmasked and, compression being off, the same for every client.
const FRAME = { readOnly: false, mask: false, rsv1: false, opcode: 1, fin: true };
const ENGINE_MESSAGE = '4';
const SOCKET_IO_EVENT = '2';

/** Encodes an event of namespace `/` without binary parts: engine.io `4`, Socket.IO `2`, JSON `[name, payload]`. */
export function encodeEvent<E extends ServerEvent>(
  event: E,
  payload: Parameters<ServerToClientEvents[E]>[0],
): EncodedEvent {
  const text = `${SOCKET_IO_EVENT}${JSON.stringify([event, payload])}`;
  return { event, text, frame: Buffer.concat(toFrame(Buffer.from(ENGINE_MESSAGE + text), FRAME)) };
}
