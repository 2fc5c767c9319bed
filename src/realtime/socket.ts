/** The types of our one Socket.IO server, and what its edges need to know of engine.io. */
import type { Server, Socket } from 'socket.io';
import type { User } from '../domain/accounts/user.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../protocol/events.ts';
import type { EncodedEvent } from './encode.ts';

/** What a socket carries after authentication; nothing secret, because adapters may send it to other replicas. */
export interface SocketData {
  user: User;
  sessionHash: string;
}

export type RealtimeServer = Server<ClientToServerEvents, ServerToClientEvents, object, SocketData>;
export type RealtimeSocket = Socket<ClientToServerEvents, ServerToClientEvents, object, SocketData>;

const sessionIds = new WeakMap<RealtimeSocket, string>();
export const keepSessionId = (socket: RealtimeSocket, sessionId: string): void =>
  void sessionIds.set(socket, sessionId);
/** The secret behind an authenticated socket, for asking the database whether it still holds. */
export const sessionIdOf = (socket: RealtimeSocket): string => sessionIds.get(socket) ?? '';

interface EngineTransport {
  readonly name: string;
  readonly writable: boolean;
  /** The `ws` socket of a WebSocket transport. */
  readonly socket?: {
    readonly bufferedAmount: number;
    readonly _socket?: { readonly bytesWritten: number; readonly writableLength: number };
    close(code: number, reason: string): void;
    terminate(): void;
  };
}

const transportOf = (socket: RealtimeSocket): EngineTransport =>
  socket.conn.transport as unknown as EngineTransport;

/** True when everything written before has been taken by the operating system. */
export const isWritable = (socket: RealtimeSocket): boolean =>
  transportOf(socket).writable && writeBufferOf(socket).length === 0;

interface BufferedPacket {
  readonly data?: unknown;
  readonly options?: { readonly wsPreEncodedFrame?: readonly Buffer[] };
}
const writeBufferOf = (socket: RealtimeSocket): readonly BufferedPacket[] =>
  (socket.conn as unknown as { writeBuffer: readonly BufferedPacket[] }).writeBuffer;

/**
 * Bytes the operating system has taken from us for this socket so far; rises as long as the peer reads. 0 for
 * transports that cannot tell.
 */
export function takenBytes(socket: RealtimeSocket): number {
  const stream = transportOf(socket).socket?._socket;
  return stream ? stream.bytesWritten - stream.writableLength : 0;
}

/** Bytes of this socket that wait in our memory: engine.io's queue and what `ws` could not hand over. */
export function queuedBytes(socket: RealtimeSocket): number {
  let bytes = transportOf(socket).socket?.bufferedAmount ?? 0;
  for (const packet of writeBufferOf(socket)) {
    const frames = packet.options?.wsPreEncodedFrame;
    if (frames) for (const frame of frames) bytes += frame.length;
    else if (typeof packet.data === 'string') bytes += packet.data.length;
  }
  return bytes;
}

/**
 * Writes events in order, as ONE packet where the transport takes ready-made frames. `joined` is the
 * concatenation of their frames where the caller shares it between sockets. `written` is called when the
 * transport has taken the last byte, and never if the connection ends before.
 */
export function writeEvents(
  socket: RealtimeSocket,
  events: readonly EncodedEvent[],
  joined?: Buffer,
  written?: () => void,
): void {
  const last = events.at(-1);
  if (!last) return;
  if (transportOf(socket).name === 'websocket') {
    const frame =
      joined ?? (events.length === 1 ? last.frame : Buffer.concat(events.map((event) => event.frame)));
    // The text is what engine.io would send if it could not use the frame; a WebSocket transport always can.
    socket.conn.write(last.text, { wsPreEncodedFrame: [frame] } as never, written);
    return;
  }
  for (const event of events) socket.conn.write(event.text, undefined, event === last ? written : undefined);
}

/**
 * Ends the transport so that a stock client reconnects by itself. A polling client between two polls is
 * dropped at once: engine.io would keep a timer for its next poll for 30 seconds, and the process with it.
 */
export const endTransport = (socket: RealtimeSocket): void =>
  void socket.conn.close(transportOf(socket).name === 'polling');

/**
 * How long a peer has to read on as far as our close frame, which stands behind what it has not read yet, before
 * the connection is cut, milliseconds.
 */
const CLOSE_GRACE_MS = 5_000;

/**
 * Ends the transport with a close code, so that a stock client reconnects by itself (`socket.disconnect()`
 * would tell it not to). A peer that does not even read the close frame is cut off.
 */
export function closeTransport(socket: RealtimeSocket, code: number, reason: string): void {
  const raw = transportOf(socket).socket;
  if (!raw) {
    socket.conn.close(true);
    return;
  }
  raw.close(code, reason);
  setTimeout(() => raw.terminate(), CLOSE_GRACE_MS).unref();
}
